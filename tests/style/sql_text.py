"""Reads SQL just closely enough to hold rules about it."""

import re

# A comment, a string, a quoted name, or a body between dollars.
OPAQUE = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<string> \b[eE]'(?:[^'\\]|''|\\.)*' | '(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<body> \$(?P<tag>\w*)\$ .*? \$(?P=tag)\$ )
    """,
    re.DOTALL | re.VERBOSE,
)
OPENING = re.compile(r"\$\w*\$")


def code_only(sql: str, *, bodies: bool) -> str:
    """Blanks comments and strings, and bodies between dollars unless they are wanted; lines stay."""

    def blank(found: re.Match[str]) -> str:
        whole = found.group()
        if found["name"]:
            return whole[1:-1].replace('""', '"') + "  "
        if found["body"] and bodies:
            delimiter = OPENING.match(whole)
            width = len(delimiter.group()) if delimiter else 0
            inside = code_only(whole[width:-width], bodies=True)
            return " " * width + inside + " " * width
        return re.sub(r"[^\n]", " ", whole)

    return OPAQUE.sub(blank, sql)


def split_at(text: str, mark: str) -> list[tuple[int, str]]:
    """Cuts text at a mark outside brackets; each piece with the offset at which it starts."""
    pieces, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0:
            pieces.append((start, text[start:place]))
            start = place + 1
    pieces.append((start, text[start:]))
    return [(offset, piece) for offset, piece in pieces if piece.strip()]


def in_brackets(text: str) -> str:
    """Takes what stands in the first pair of brackets."""
    start = text.find("(")
    if start < 0:
        return ""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return text[start + 1 : place]
    return text[start + 1 :]
