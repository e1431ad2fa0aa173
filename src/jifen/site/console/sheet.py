"""Sheets: tables as CSV that a spreadsheet opens as it is, and in which no text is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from litestar import Response

from jifen.site.rendering import HEADERS

BOM = "\ufeff"
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Texts that begin so would be run by a spreadsheet; an apostrophe before them keeps them texts."""

Cell = str | int | None


def sheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """A CSV file in UTF-8 with its mark, a row of heads, and numbers as plain digits."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(head) for head in heads])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    content = (BOM + out.getvalue()).encode()
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    return f"'{cell}" if cell.startswith(BEGINNINGS) else str(cell)
