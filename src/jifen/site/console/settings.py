"""Settings: what this installation and programme run with; they are changed where they are kept."""

from litestar import Response

from jifen.messages.settings import ChannelSettings
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.store.queries import q

CHANNELS = ("sms", "email", "push", "wechat", "robot")


async def show(visit: Visit) -> Response[bytes]:
    """The programme, its units, the channels, the server. No secret is shown."""
    program, house = visit.program, visit.house
    channels: ChannelSettings = house.channels
    ours = channels.of(program.code)
    return visit.page(
        "console/settings.html",
        program=program,
        rules=program.rules_at(visit.now),
        channels=[
            (name, type(getattr(ours, name)).__name__ if getattr(ours, name) else "") for name in CHANNELS
        ],
        console=channels.console,
        receipts=channels.receipts is not None,
        server=await house.pool.fetchrow(q("site_server")),
        embedded=house.settings.database_url is None,
    )


ROUTES = (get("/console/settings", "console.settings", show, CONSOLE, "settings"),)
