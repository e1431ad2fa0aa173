"""Rendering: templates of the signed-in pages, with figures, days, icons and forms at hand."""

import secrets
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import Response
from markupsafe import Markup

from jifen.pages import assets, figures
from jifen.pages.rendering import FOLDER as BOOKS
from jifen.pages.rendering import LANGUAGE_COOKIE, YEAR_S
from jifen.pages.words import LANGUAGES
from jifen.site import drawing, files
from jifen.site.menus import menu_of
from jifen.site.moments import clock, day, full_day, iso_day, left, lunar, stamp
from jifen.site.wording import wording

if TYPE_CHECKING:
    from jifen.site.visit import Visit

FOLDER = Path(__file__).parent / "templates"
THEME_COOKIE = "jifen_theme"
THEMES = ("light", "dark", "auto")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@cache
def environment(language: str) -> Environment:
    """The templates of a language; all that is put into them is escaped, and nothing may be missing."""
    found = Environment(
        loader=FileSystemLoader([FOLDER, BOOKS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    said = wording(language)
    found.globals.update(
        t=said.t,
        named=said.named,
        iso=figures.iso,
        whole=figures.whole,
        signed_figure=figures.signed,
        yuan_text=figures.yuan,
        masked=figures.masked,
        address=files.address,
        base_address=assets.address,
        icon=files.icon,
        qr=drawing.qr,
        barcode=drawing.barcode,
        meter=drawing.meter,
        language=language,
        html_lang=said.t("html.lang"),
        other_language=next(other for other in LANGUAGES if other != language),
        guard=_guard,
    )
    found.filters.update(
        day=day, full_day=full_day, iso_day=iso_day, clock=clock, stamp=stamp, lunar=lunar, left=left
    )
    return found


def rendered(
    visit: "Visit", template: str, status: int, block: str, context: dict[str, Any]
) -> Response[bytes]:
    """A page, or one block of it, with the headers that every page carries."""
    language = visit.words.language
    made = environment(language).get_template(template)
    whole = {"visit": visit, "menu": menu_of(visit), **frame(visit), **context}
    if block:
        within = made.new_context(whole)
        content = "".join(made.blocks[block](within)).encode()
    else:
        content = made.render(whole).encode()
    headers = {**HEADERS, "Content-Language": language, "Vary": "Accept-Encoding, HX-Request"}
    if "gzip" in visit.request.headers.get("accept-encoding", ""):
        content = assets.packed(content)
        headers["Content-Encoding"] = "gzip"
    _keep_wishes(visit)
    return Response(
        content, status_code=status, headers=headers, cookies=visit.cookies, media_type="text/html"
    )


def frame(visit: "Visit") -> dict[str, Any]:
    """What stands around every page."""
    said = visit.just_done()
    done = None
    if said is not None and visit.words.has(f"done.{said[0]}"):
        done = visit.words.t(f"done.{said[0]}", **said[1])
    return {
        "brand": visit.program.name if visit.has_program else visit.words.t("brand"),
        "theme": visit.theme,
        "switch": _switch(visit),
        "done": done,
    }


def _switch(visit: "Visit") -> str:
    """This page's query up to where `lang=` or `theme=` is added: as it is, without those."""
    parts = [
        (name, value)
        for name, value in visit.request.query_params.multi_items()
        if name not in ("lang", "theme")
    ]
    return f"?{urlencode(parts)}&" if parts else "?"


def _keep_wishes(visit: "Visit") -> None:
    """A language or a theme that was asked for in the address is kept."""
    if visit.query("lang") == visit.words.language:
        visit.set_cookie(LANGUAGE_COOKIE, visit.words.language, YEAR_S)
    if visit.query("theme") in THEMES:
        visit.set_cookie(THEME_COOKIE, visit.query("theme"), YEAR_S)


@pass_context
def _guard(context: Context, key: str = "") -> Markup:
    """The hidden fields of a form: that it is ours, and the key by which it is done once."""
    visit: Visit = context["visit"]
    return Markup(
        '<input type="hidden" name="csrf" value="{}"><input type="hidden" name="key" value="{}">'
    ).format(visit.csrf, key or secrets.token_urlsafe(16))
