"""WeChat's subscription messages: one subscription of a member to a template is one message."""

import asyncio
from typing import Any

import httpx

from jifen.messages.channels import UNKNOWN, Answer, Found, Letter, Question, Refused, Sent, Unsure
from jifen.messages.settings import WeChat

EXPIRED = (40001, 40014, 42001)
"""The token is not valid any more: ask for another and send again, since nothing was sent."""

LATER = (-1, 45009, 45011)
"""Busy, or too many calls."""


class WeChatMessages:
    """One mini-program. The member's address is the openid in it."""

    receipts = False
    provider = "wechat"

    def __init__(self, settings: WeChat) -> None:
        self.per_minute = settings.per_minute
        self._settings = settings
        self._token = ""
        self._renewing = asyncio.Lock()

    async def send(self, letter: Letter) -> Answer:
        """Send once."""
        body = {
            "touser": letter.to,
            "template_id": letter.words.approved,
            "page": self._settings.page,
            "data": {name: {"value": value} for name, value in letter.words.values},
        }
        async with httpx.AsyncClient(
            base_url=self._settings.endpoint, timeout=self._settings.answer_s
        ) as client:
            try:
                token = self._token or await self._renew(client, "")
            except (httpx.HTTPError, KeyError, ValueError):
                return Refused("no token", again=True)
            try:
                answer = await self._post(client, token, body)
                if answer.get("errcode") in EXPIRED:
                    token = await self._renew(client, token)
                    answer = await self._post(client, token, body)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                return Refused("no connection", again=True)
            except (httpx.HTTPError, KeyError, ValueError) as fault:
                return Unsure(type(fault).__name__)
        code = answer.get("errcode", 0)
        if code == 0:
            return Sent(str(answer.get("msgid", "")))
        return Refused(f"{code}: {answer.get('errmsg', '')}"[:200], again=code in LATER)

    async def _post(self, client: httpx.AsyncClient, token: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await client.post(
            "/cgi-bin/message/subscribe/send", params={"access_token": token}, json=body
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def _renew(self, client: httpx.AsyncClient, old: str) -> str:
        """Another token, asked for once though many messages find the old one expired."""
        async with self._renewing:
            if self._token == old:
                answer = await client.post(
                    "/cgi-bin/stable_token",
                    json={
                        "grant_type": "client_credential",
                        "appid": self._settings.app_id,
                        "secret": self._settings.app_secret,
                    },
                )
                self._token = answer.json()["access_token"]
            return self._token

    async def ask(self, question: Question) -> Found:
        """WeChat answers no such question."""
        return UNKNOWN
