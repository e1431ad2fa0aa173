"""Members made for one journey: their points are known, and no other journey spends them."""

import ssl
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from tests.browser.furnished import Furnished

UNPROVEN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Newcomer(msgspec.Struct, frozen=True):
    """A member: by the phone a window is opened, by the number the others name them."""

    name: str
    phone: str
    number: str


async def newcomer(furnished: Furnished, name: str, points: int = 0) -> Newcomer:
    """Enrol somebody, and give so many points, as the operator does by an adjustment."""
    digits = f"{uuid4().int % 10**6:06}"
    made = Newcomer(name, f"19902{digits}", f"QH8{digits}")
    await put(furnished, "/v1/members", number=made.number, name=name, phone=made.phone)
    if points:
        await put(furnished, "/v1/adjustments", member=made.number, points=points, reason="旧卡的积分转入")
    return made


async def put(furnished: Furnished, path: str, **body: Any) -> Any:
    """Send a fact to the interface as the operator."""
    async with _asking(furnished) as asking:
        answer = await asking.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def told(furnished: Furnished, path: str) -> Any:
    """What the interface tells the operator."""
    async with _asking(furnished) as asking:
        answer = await asking.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def available(furnished: Furnished, who: Newcomer) -> int:
    """The points that somebody can spend, by the books."""
    balances = (await told(furnished, f"/v1/members/{who.number}/balance"))["balances"]
    found: int = balances["point"]["available"]
    return found


async def lots(furnished: Furnished, who: Newcomer) -> list[tuple[str, int]]:
    """The lots that somebody owns, by the books: until when and how many points."""
    found = (await told(furnished, f"/v1/members/{who.number}/lots"))["lots"]
    return sorted((str(one["expires_at"]), one["remaining"]) for one in found if one["remaining"])


def _asking(furnished: Furnished) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {furnished.key}"}
    # Made without the certificates, which nobody shows on loopback: to load them takes 30 ms each time.
    transport = httpx.AsyncHTTPTransport(verify=UNPROVEN)
    return httpx.AsyncClient(base_url=furnished.address, headers=headers, timeout=30, transport=transport)
