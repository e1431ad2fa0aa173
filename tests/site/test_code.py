"""The member's code: the one that the till knows, for half an hour ahead, drawn as bars and as squares."""

import base64
import json
import re
import secrets
from datetime import UTC, datetime

import pytest
import segno
from barcode.codex import Code128

from jifen.parties.cards import Cards
from jifen.parties.codes import changing_code, step_of
from tests.site.town import TODAY, Town

KEPT = re.compile(r'<script type="application/json" id="codes">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _stands(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real time stands, so that what two requests show is of the same half minute."""
    monkeypatch.setattr(town.house, "wall", lambda: TODAY)


def kept_in(page: str) -> dict[str, object]:
    """What the page brings along for its script."""
    found = KEPT.search(page)
    assert found is not None
    return dict(json.loads(found[1]))


async def test_the_code_is_the_one_that_the_till_takes(town: Town) -> None:
    """The page shows what the interface says, and the till knows who shows it."""
    page = await (await town.client("lin")).open("/m/code")
    code = (await town.api.get(f"/v1/members/{town.number('lin')}/code"))["code"]
    groups = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    assert groups in page
    known = await town.api.post("/v1/identifications", {"code": code}, secrets.token_hex(8))
    assert known["member"] == town.number("lin")


async def test_half_an_hour_of_codes_is_kept(town: Town) -> None:
    """Sixty codes, each that of its step, as digits and as the very drawings that scanners read."""
    page = await (await town.client("lin")).open("/m/code")
    kept = kept_in(page)
    codes = kept["codes"]
    assert isinstance(codes, list)
    assert len(codes) == 60
    number = await hidden(town)
    first = datetime.fromtimestamp(int(str(kept["first"])) / 1000, tz=UTC)
    step = step_of(first)
    assert [code for code, _, _ in codes] == [
        changing_code(town.house.vault, town.program.id, number, step + later) for later in range(60)
    ]
    for code, squares, bars in codes:
        drawn = unpacked(squares)
        assert drawn in every_mask(code)
        assert unpacked(bars) == Code128(code).build()[0]
    assert "秒后换新码" in page


async def test_the_page_says_what_nobody_asks_for(town: Town) -> None:
    """No shop asks for the digits by phone; without scripts there is a way to a new code."""
    chinese = await (await town.client("lin")).open("/m/code")
    english = await (await town.client("lin", "en")).open("/m/code")
    assert "店员不会打电话要这串数字" in chinese
    assert "no shop will ask for these digits by phone" in english
    assert '<a href="/m/code">换新码</a>' in chinese


async def hidden(town: Town) -> str:
    """The number inside the member's codes."""
    wallets = await town.house.members.wallets(town.program.id, [town.number("lin")])
    cards = Cards(town.house.pool, town.house.vault)
    wallet = wallets[town.number("lin")]
    return await cards.hidden_number(town.program.id, wallet, datetime.now(UTC))


def every_mask(code: str) -> set[str]:
    """The smallest QR code of some digits, by each of the eight masks that readers know."""
    made = [segno.make(code, error="m", version=1, mask=mask, boost_error=False) for mask in range(8)]
    return {"".join(str(module & 1) for row in one.matrix for module in row) for one in made}


def unpacked(text: str) -> str:
    """Modules from base64, as many as there were in whole bytes or one byte less."""
    raw = base64.b64decode(text)
    whole = "".join(f"{byte:08b}" for byte in raw)
    return whole[: 441 if len(raw) > 30 else 145]
