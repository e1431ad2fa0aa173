"""Short messages by Aliyun, with its own SDK (extra `sms`)."""

import asyncio
import json
from datetime import timedelta, timezone
from typing import Any

from jifen.messages.channels import UNKNOWN, Answer, Found, Letter, Question, Refused, Sent, Unsure
from jifen.messages.settings import Aliyun
from jifen.messages.wire import never_left

CHINA = timezone(timedelta(hours=8))
"""Aliyun's days are those of China, wherever the programme is."""

LATER = frozenset(("Throttling", "Throttling.User", "ServiceUnavailable", "isv.BUSINESS_LIMIT_CONTROL"))
"""Refusals that pass: too many at once, or too many to this number just now."""

STATES = {1: "pending", 2: "failed", 3: "delivered"}
PAGE = 50


class AliyunMessages:
    """One account and signature. Our reference travels as OutId: receipts and queries name it."""

    receipts = True
    provider = "aliyun"

    def __init__(self, settings: Aliyun) -> None:
        self.per_minute = settings.per_minute
        self._settings = settings
        self._client: Any = None

    def _connected(self) -> Any:
        if self._client is None:
            from alibabacloud_dysmsapi20170525.client import Client
            from alibabacloud_tea_openapi.utils_models import Config

            self._client = Client(
                Config(
                    access_key_id=self._settings.key_id,
                    access_key_secret=self._settings.key_secret,
                    endpoint=self._settings.endpoint,
                    protocol="HTTP" if self._settings.plain_http else "HTTPS",
                    read_timeout=self._settings.answer_s * 1000,
                    connect_timeout=self._settings.answer_s * 1000,
                )
            )
        return self._client

    async def send(self, letter: Letter) -> Answer:
        """Send once; the SDK is kept from trying again by itself."""
        try:
            body = await asyncio.to_thread(self._send, letter)
        except Exception as fault:  # the SDK has a tree of its own, and lets those of its HTTP client through
            return _fault(fault)
        if body.code == "OK":
            return Sent(body.biz_id or "")
        return Refused(f"{body.code}: {body.message}"[:200], again=body.code in LATER)

    def _send(self, letter: Letter) -> Any:
        from alibabacloud_dysmsapi20170525.models import SendSmsRequest
        from darabonba.runtime import RuntimeOptions

        values = dict(letter.words.values)
        request = SendSmsRequest(
            phone_numbers=letter.to,
            sign_name=self._settings.signature,
            template_code=letter.words.approved,
            template_param=json.dumps(values, ensure_ascii=False) if values else None,
            out_id=letter.reference,
        )
        once = RuntimeOptions(autoretry=False, max_attempts=1)
        return self._connected().send_sms_with_options(request, once).body

    async def ask(self, question: Question) -> Found:
        """Look among the day's messages to that number for ours."""
        try:
            rows = await asyncio.to_thread(self._details, question)
        except Exception:  # a question that fails is asked again
            return UNKNOWN
        for row in rows:
            if row.out_id == question.reference:
                state: Any = STATES.get(row.send_status, "pending")
                return Found(state, row.err_code or "", question.provider_id)
        return UNKNOWN

    def _details(self, question: Question) -> list[Any]:
        from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest
        from darabonba.runtime import RuntimeOptions

        request = QuerySendDetailsRequest(
            phone_number=question.to,
            send_date=question.tried_at.astimezone(CHINA).strftime("%Y%m%d"),
            biz_id=question.provider_id or None,
            page_size=PAGE,
            current_page=1,
        )
        body = self._connected().query_send_details_with_options(request, RuntimeOptions()).body
        details = body.sms_send_detail_dtos
        return list(details.sms_send_detail_dto) if details is not None else []


def _fault(fault: Exception) -> Answer:
    """A coded answer, and a connection that never came about, refuse; anything else may have been sent."""
    code = getattr(fault, "code", None)
    status = getattr(fault, "status_code", None) or getattr(fault, "statusCode", None)
    if code in LATER:
        return Refused(str(code), again=True)
    if code and isinstance(status, int) and 400 <= status < 500:
        return Refused(str(code), again=status == 429)
    if never_left(fault):
        return Refused("no connection", again=True)
    return Unsure(type(fault).__name__)
