"""The frame of the signed-in pages: doors, refusals, and what every page carries."""

from jifen.site.rendering import POLICY
from tests.site.town import Town


async def test_a_stranger_is_asked_to_sign_in(town: Town) -> None:
    """Who is not signed in is sent to the door of that page."""
    browser = await town.client()
    answer = await browser.client.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"


async def test_files_are_kept_by_browsers_under_their_version(town: Town) -> None:
    """A style sheet is fetched once: its address names its content."""
    browser = await town.client()
    answer = await browser.client.get("/static/ui.css")
    assert answer.headers["cache-control"] == "public, no-cache"
    again = await browser.client.get("/static/ui.css", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert "unsafe" not in POLICY
