"""Short messages by Tencent Cloud, with its own SDK (extra `sms`)."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from jifen.messages.channels import UNKNOWN, Answer, Found, Letter, Question, Refused, Sent, Unsure
from jifen.messages.settings import Tencent
from jifen.messages.wire import never_left

LATER = (
    "RequestLimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "LimitExceeded.PhoneNumberOneHourLimit",
    "LimitExceeded.PhoneNumberThirtySecondLimit",
)
"""Refusals that pass."""

NETWORK = ("ClientNetworkError", "ServerNetworkError", "InternalError")
"""What the SDK says where an answer was lost, or the provider does not know itself what it did."""

PAGE = 100
LOOK_BACK = timedelta(days=1)


class TencentMessages:
    """One application and signature. Our reference travels as SessionContext.

    Receipts name only Tencent's own SerialNo. Where the answer that brings it was lost, the query of the
    number's messages finds ours by SessionContext, which Tencent returns for accounts that asked for it.
    """

    receipts = True
    provider = "tencent"

    def __init__(self, settings: Tencent) -> None:
        self.per_minute = settings.per_minute
        self._settings = settings
        self._client: Any = None

    def _connected(self) -> Any:
        if self._client is None:
            from tencentcloud.common.credential import Credential
            from tencentcloud.common.profile.client_profile import ClientProfile
            from tencentcloud.common.profile.http_profile import HttpProfile
            from tencentcloud.sms.v20210111.sms_client import SmsClient

            http = HttpProfile(
                protocol="http" if self._settings.plain_http else "https",
                endpoint=self._settings.endpoint,
                reqTimeout=self._settings.answer_s,
            )
            credential = Credential(self._settings.secret_id, self._settings.secret_key)
            self._client = SmsClient(credential, self._settings.region, ClientProfile(httpProfile=http))
        return self._client

    async def send(self, letter: Letter) -> Answer:
        """Send once; the SDK does not try again by itself."""
        try:
            status = await asyncio.to_thread(self._send, letter)
        except Exception as fault:  # the SDK's own, and what it lets through
            return _fault(fault)
        if status["Code"] == "Ok":
            return Sent(status.get("SerialNo") or "")
        return _refused(status["Code"], status.get("Message", ""))

    def _send(self, letter: Letter) -> dict[str, Any]:
        from tencentcloud.sms.v20210111.models import SendSmsRequest

        request = SendSmsRequest()
        request.from_json_string(
            json.dumps(
                {
                    "PhoneNumberSet": [f"+86{letter.to}"],
                    "SmsSdkAppId": self._settings.app_id,
                    "SignName": self._settings.signature,
                    "TemplateId": letter.words.approved,
                    "TemplateParamSet": [value for _, value in letter.words.values],
                    "SessionContext": letter.reference,
                }
            )
        )
        answer = json.loads(self._connected().SendSms(request).to_json_string())
        status: dict[str, Any] = answer["SendStatusSet"][0]
        return status

    async def ask(self, question: Question) -> Found:
        """Look among the number's receipts for ours."""
        try:
            rows = await asyncio.to_thread(self._statuses, question)
        except Exception:  # a question that fails is asked again
            return UNKNOWN
        for row in rows:
            ours = row.get("SessionContext") == question.reference
            if ours or (question.provider_id and row.get("SerialNo") == question.provider_id):
                state = "delivered" if row.get("ReportStatus") == "SUCCESS" else "failed"
                return Found(state, row.get("Description") or "", row.get("SerialNo"))  # type: ignore[arg-type]
        return UNKNOWN

    def _statuses(self, question: Question) -> list[dict[str, Any]]:
        from tencentcloud.sms.v20210111.models import PullSmsSendStatusByPhoneNumberRequest

        begin = question.tried_at - timedelta(minutes=5)
        request = PullSmsSendStatusByPhoneNumberRequest()
        request.from_json_string(
            json.dumps(
                {
                    "PhoneNumber": f"+86{question.to}",
                    "SmsSdkAppId": self._settings.app_id,
                    "BeginTime": int(begin.timestamp()),
                    "EndTime": int((begin + LOOK_BACK).timestamp()),
                    "Offset": 0,
                    "Limit": PAGE,
                }
            )
        )
        answer = json.loads(self._connected().PullSmsSendStatusByPhoneNumber(request).to_json_string())
        rows: list[dict[str, Any]] = answer.get("PullSmsSendStatusSet") or []
        return rows


def _refused(code: str, message: str) -> Refused:
    return Refused(f"{code}: {message}"[:200], again=code in LATER)


def _fault(fault: Exception) -> Answer:
    """A coded answer, and a connection that never came about, refuse; anything else may have been sent."""
    code = str(getattr(fault, "code", "") or "")
    if never_left(fault):
        return Refused("no connection", again=True)
    if not code or code.startswith(NETWORK):
        return Unsure(code or type(fault).__name__)
    return _refused(code, str(getattr(fault, "message", "")))
