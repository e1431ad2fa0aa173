"""Installing: what lets a phone keep these pages: the manifest, the worker, and a page for no network."""

import msgspec
from litestar import Response

from jifen.site import files
from jifen.site.routing import ANYONE, MEMBER, get
from jifen.site.visit import Visit

ICONS = (("app-192.png", "192x192"), ("app-512.png", "512x512"))
COLOUR = "#2d4a8a"
GROUND = "#f3f4f3"


async def manifest(visit: Visit) -> Response[bytes]:
    """What a phone reads to put these pages on its first screen."""
    name = visit.program.name if visit.has_program else str(visit.words.t("brand"))
    said = {
        "id": "/m/wallet",
        "name": name,
        "short_name": name,
        "lang": str(visit.words.t("html.lang")),
        "start_url": "/m/wallet",
        "scope": "/",
        "display": "standalone",
        "theme_color": COLOUR,
        "background_color": GROUND,
        "icons": [
            {"src": files.address(file), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for file, sizes in ICONS
            for purpose in ("any", "maskable")
        ],
    }
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    content = msgspec.json.encode(said)
    return Response(content, headers=headers, media_type="application/manifest+json", cookies=visit.cookies)


async def worker(visit: Visit) -> Response[bytes]:
    """The script that answers for these pages where there is no network. It holds nothing of anybody."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
        "X-Content-Type-Options": "nosniff",
    }
    content = files.files()["sw.js"].content
    return Response(content, headers=headers, media_type="text/javascript", cookies=visit.cookies)


async def offline(visit: Visit) -> Response[bytes]:
    """What is shown instead of a page that was not kept, while there is no network."""
    return visit.page("member/offline.html", back="/m/wallet")


ROUTES = (
    get("/m/app.webmanifest", "member.manifest", manifest, ANYONE),
    get("/m/sw.js", "member.worker", worker, ANYONE),
    get("/m/offline", "member.offline", offline, MEMBER, key="wallet"),
)
