"""Where webhooks may go: https on the public internet, so that nobody makes us call our own house."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import msgspec

from jifen.messages.events import MessageRefused

RESOLVE_S = 5.0
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Place(msgspec.Struct, frozen=True):
    """Where a URL leads: the address that was checked, and the URL that calls exactly it."""

    url: str
    host: str
    name: str


def check_url(url: str, *, private: bool) -> None:
    """Refuse a URL that no webhook may have, as far as its text tells.

    private: the settings allow loopback and private addresses, and plain http to loopback.

    Raises:
        MessageRefused: says what is wrong with it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as wrong:
        raise MessageRefused("url", f"{url[:80]!r} is no URL ({wrong}): send https://…") from wrong
    if not host or not url.isascii() or any(letter.isspace() for letter in url):
        raise MessageRefused("url", f"{url[:80]!r} is no URL: send https://…")
    if parts.username or parts.password or parts.fragment:
        raise MessageRefused("url", "holds a name, a password or a fragment: leave it out, calls are signed")
    if port == 0:
        raise MessageRefused("url", "names port 0: leave it out, or name the one that listens")
    plain = parts.scheme == "http" and private and _is_loopback(host)
    if parts.scheme != "https" and not plain:
        raise MessageRefused("url", f"is {parts.scheme or 'nothing'}, not https: what members do is private")


async def place_of(url: str, *, private: bool) -> Place:
    """Look up where a URL leads, now, and refuse what lies inside.

    The answer names the address itself, so that the call goes where was looked, whatever the name's
    server says a moment later.

    Raises:
        MessageRefused: the URL is none for a webhook, its name is unknown, or it leads to an address that
            is not public.
    """
    check_url(url, private=private)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as unknown:
        raise MessageRefused("url", f"the host {host!r} cannot be found: check its name") from unknown
    addresses = [str(one[4][0]) for one in found]
    if not private:
        for address in addresses:
            if not is_public(address):
                raise MessageRefused(
                    "url",
                    f"the host {host!r} leads to {address}, which is not on the public internet: name "
                    "another, or let the settings allow private webhooks",
                )
    target = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    usual = port == (443 if parts.scheme == "https" else 80)
    return Place(f"{parts.scheme}://{target}:{port}{path}", host if usual else f"{host}:{port}", host)


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet, also as seen through IPv6's ways to IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
