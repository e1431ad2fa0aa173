"""Rendering: templates in one language, and the headers that every page carries."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie, State

from jifen.pages import assets, figures
from jifen.pages.words import LANGUAGES, Words, chosen_language, words

FOLDER = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "jifen_lang"
YEAR_S = 365 * 24 * 3600
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The address of a wallet is a secret: it is not kept, not passed on, and not listed."""

PageRequest = Request[Any, Any, State]


@cache
def environment(language: str) -> Environment:
    """The templates of a language; all that is put into them is escaped, and nothing may be missing."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    said = words(language)
    made.globals.update(
        t=said.t,
        iso=figures.iso,
        whole=figures.whole,
        signed_figure=figures.signed,
        address=assets.address,
        language=language,
        html_lang=said.t("html.lang"),
        other_language=next(other for other in LANGUAGES if other != language),
    )
    return made


def language_of(request: PageRequest) -> str:
    """The language in which a request is answered."""
    return chosen_language(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )


def words_of(request: PageRequest) -> Words:
    """The words of that language."""
    return words(language_of(request))


def page(request: PageRequest, template: str, status: int = 200, **context: Any) -> Response[bytes]:
    """A page in the language of the request; one that was asked for by `?lang=` is kept in a cookie."""
    language = language_of(request)
    content = environment(language).get_template(template).render({"query": "", **context}).encode()
    headers = {**HEADERS, "Content-Language": language, "Vary": "Accept-Encoding"}
    if takes_gzip(request):
        content = assets.packed(content)
        headers["Content-Encoding"] = "gzip"
    cookies = []
    if request.query_params.get("lang") == language:
        kept = Cookie(key=LANGUAGE_COOKIE, value=language, max_age=YEAR_S, httponly=True, samesite="lax")
        kept.secure = request.url.scheme == "https"
        cookies.append(kept)
    return Response(content, status_code=status, headers=headers, cookies=cookies, media_type="text/html")


def takes_gzip(request: PageRequest) -> bool:
    """Whether the browser says that it can unpack gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")
