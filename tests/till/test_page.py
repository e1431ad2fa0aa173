"""The examples of docs/till.md are run as they stand, one after the other."""

from pathlib import Path

from tests.api.test_examples import PAIR, objects, same
from tests.till.shop import Shop

PAGE = Path(__file__).parents[2] / "docs" / "till.md"


async def test_the_examples_are_true(shop: Shop) -> None:
    """Each request is answered as the page says."""
    await shop.gets("ann", "off-50")
    names: dict[str, str] = {}
    pairs = list(PAIR.finditer(PAGE.read_text()))
    assert len(pairs) == PAGE.read_text().count("```http") == 5
    for pair in pairs:
        head, _, body = pair["asked"].partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, path = first.split()
        headers = {"content-type": "application/json", **dict(line.split(": ", 1) for line in lines)}
        for name, value in names.items():
            path, body = path.replace(f"{{{name}}}", value), body.replace(f'"{{{name}}}"', f'"{value}"')
        answer = await shop.operator.ask(method, path, content=body.strip(), headers=headers)
        assert same(objects(pair["told"]), objects(answer.text), names), (first, answer.text)
