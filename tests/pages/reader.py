"""Reads pages as a member does: by what stands where, not by how it is written."""

from collections.abc import Iterator
from html.parser import HTMLParser

import httpx

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Node:
    """An element: its tag, attributes, and what is in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.inside: list[Node | str] = []

    @property
    def text(self) -> str:
        """The text in it, with single spaces; spaces that do not break count as plain ones."""
        parts = (one if isinstance(one, str) else one.text for one in self.inside)
        return " ".join(" ".join(parts).split())

    def walk(self) -> Iterator["Node"]:
        """This element and all in it, in the order in which they are read."""
        yield self
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.walk()

    def all(self, selector: str) -> list["Node"]:
        """Elements by `tag`, `.class` or `tag.class`."""
        tag, _, kind = selector.partition(".")
        return [
            node
            for node in self.walk()
            if (not tag or node.tag == tag) and (not kind or kind in node.attributes.get("class", "").split())
        ]

    def one(self, selector: str) -> "Node":
        """The only such element."""
        (found,) = self.all(selector)
        return found

    def first(self, selector: str) -> "Node":
        """The first such element."""
        return self.all(selector)[0]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Node:
    """A page as a tree; every element that is opened must be closed."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is never closed"
    return builder.open[0]


class Asking:
    """Asks for pages."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, language: str = "zh", **headers: str) -> httpx.Response:
        """An answer, whatever it is; nothing is remembered from one to the next."""
        self.client.cookies.clear()
        return await self.client.get(path, headers={"accept-language": language, **headers})

    async def page(self, path: str, language: str = "zh") -> Node:
        """A page that must be there."""
        answer = await self.get(path, language)
        assert answer.status_code == 200, answer.text
        return read(answer.text)


def number(text: str) -> int:
    """A printed figure as a number."""
    return int(text.replace(",", "").replace("+", "").replace("\N{MINUS SIGN}", "-"))
