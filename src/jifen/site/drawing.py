"""Drawing: codes, bars and meters as SVG with attributes only, since the pages allow no inline style."""

import io

import segno
from barcode.codex import Code128
from markupsafe import Markup


def qr(text: str, said: str, look: str = "qr") -> Markup:
    """A QR code with its quiet zone, black on white in every theme. said: what a listener hears."""
    out = io.BytesIO()
    made = segno.make(text, error="m", micro=False)
    made.save(out, kind="svg", xmldecl=False, svgns=True, nl=False, border=2, omitsize=True, dark="#000")
    path = out.getvalue().decode()
    inside = path[path.index(">") + 1 : path.rindex("</svg>")]
    side = made.symbol_size(border=2)[0]
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/>{}</svg>'
    ).format(look, side, side, said, Markup(inside))  # noqa: S704 - made by us of numbers


def barcode(digits: str, said: str, look: str = "barcode") -> Markup:
    """A Code 128 barcode with its quiet zones, for scanners that read no QR."""
    modules: str = Code128(digits).build()[0]
    quiet = 10
    bars, at = [], 0
    while at < len(modules):
        end = at
        while end < len(modules) and modules[end] == modules[at]:
            end += 1
        if modules[at] == "1":
            bars.append(f'<rect x="{quiet + at}" y="0" width="{end - at}" height="60"/>')
        at = end
    return Markup(
        '<svg class="{}" viewBox="0 0 {} 60" preserveAspectRatio="none" role="img" aria-label="{}" '
        'shape-rendering="crispEdges"><rect width="100%" height="60" fill="#fff"/>{}</svg>'
    ).format(look, len(modules) + 2 * quiet, said, Markup("".join(bars)))  # noqa: S704 - made by us of numbers


def meter(part: int, whole: int, said: str, look: str = "") -> Markup:
    """A bar of how much of the whole is there; more than all fills it."""
    permille = 0 if whole <= 0 else min(1000, max(0, part * 1000 // whole))
    return Markup(
        '<svg class="meter {}" width="100%" height="10" role="img" aria-label="{}"><rect class="track" '
        'width="100%" height="10" rx="5"/><rect class="filled" width="{}%" height="10" rx="5"/></svg>'
    ).format(look, said, f"{permille // 10}.{permille % 10}")
