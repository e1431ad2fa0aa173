"""E-mail, push gateways and chat robots, through apprise: accepted is all that can be known."""

import asyncio
import logging
from urllib.parse import quote

from jifen.messages.channels import UNKNOWN, Answer, Found, Letter, Question, Refused, Sent, Unsure
from jifen.messages.settings import Gateway

log = logging.getLogger("jifen.messages")

TO = "{to}"


class Apprised:
    """A channel over any address that apprise knows. {to} in it is replaced by the member's own address."""

    receipts = False

    def __init__(self, channel: str, gateway: Gateway) -> None:
        self.provider = f"{channel}:{gateway.url.partition(':')[0]}"
        self.per_minute = gateway.per_minute
        self._url = gateway.url
        self._answer_s = gateway.answer_s

    async def send(self, letter: Letter) -> Answer:
        """Hand it over in a thread, since apprise waits for the network."""
        try:
            async with asyncio.timeout(self._answer_s):
                took = await asyncio.to_thread(self._notify, letter)
        except TimeoutError:
            return Unsure(f"no answer within {self._answer_s} s")
        except Exception as fault:  # what a plugin raises is nobody's contract
            log.warning("%s failed: %s", self.provider, type(fault).__name__)
            return Unsure(type(fault).__name__)
        # Apprise tells true or false: false may be a refusal as well as a network that was not there.
        return Sent() if took else Refused("the gateway did not take it", again=True)

    def _notify(self, letter: Letter) -> bool:
        import apprise

        to = apprise.Apprise()
        if not to.add(self._url.replace(TO, quote(letter.to, safe=""))):
            raise ValueError("the address of the gateway is none that apprise knows")
        return bool(to.notify(body=letter.words.text, title=letter.words.subject))

    async def ask(self, question: Question) -> Found:
        """There is nobody to ask."""
        return UNKNOWN
