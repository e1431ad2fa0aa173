"""A stand-in for Aliyun's and Tencent's short messages: their protocols on loopback, signatures and all."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec

from jifen.messages.settings import Aliyun, ChannelSettings, ProgramChannels, Tencent

KEY, SECRET = "stand-in-key", "stand-in-secret"
RECEIPTS = "receipts-secret-of-tests"


class Taken(msgspec.Struct):
    """A short message that was taken, and so reaches the phone."""

    phone: str
    template: str
    values: Any
    reference: str
    serial: str
    state: str = "pending"


class Carrier:
    """What it was told to do, and what it took.

    mood, for each request: ok; lose (takes it and hangs up without an answer); hang (takes it, and answers
    when it is let go); throttle; down (503); refuse (a number that is none); gateway (any JSON is fine).
    A list is used up from its front; the last one stays.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.mood = ["ok"]
        self.calls = 0
        self.faults: list[str] = []
        self.posted: list[str] = []
        self._lock = threading.Lock()
        self.port = 0
        self.let_go = threading.Event()

    def next_mood(self) -> str:
        """How this request is treated."""
        with self._lock:
            self.calls += 1
            return self.mood.pop(0) if len(self.mood) > 1 else self.mood[0]

    def take(self, phone: str, template: str, values: Any, reference: str) -> Taken:
        """Take a message."""
        with self._lock:
            serial = f"{len(self.taken) + 1:06d}^0"
            made = Taken(phone.removeprefix("+86"), template, values, reference, serial)
            self.taken.append(made)
        return made

    def phones(self) -> list[str]:
        """The phones that got something, in order of the numbers, as often as they did."""
        return sorted(one.phone for one in self.taken)

    def aliyun_receipt(self, *taken: Taken, success: bool = True) -> bytes:
        """What Aliyun pushes."""
        for one in taken:
            one.state = "delivered" if success else "failed"
        code = "DELIVERED" if success else "MOBILE_NOT_ON_SERVICE"
        return msgspec.json.encode(
            [
                {
                    "phone_number": one.phone,
                    "send_time": "2026-11-01 10:00:00",
                    "report_time": "2026-11-01 10:00:05",
                    "success": success,
                    "err_code": code,
                    "err_msg": code,
                    "sms_size": "1",
                    "biz_id": one.serial,
                    "out_id": one.reference,
                }
                for one in taken
            ]
        )

    def tencent_receipt(self, *taken: Taken, success: bool = True) -> bytes:
        """What Tencent pushes."""
        return msgspec.json.encode(
            [
                {
                    "user_receive_time": "2026-11-01 10:00:05",
                    "nationcode": "86",
                    "mobile": one.phone,
                    "report_status": "SUCCESS" if success else "FAIL",
                    "errmsg": "DELIVRD" if success else "MK:0012",
                    "description": "x",
                    "sid": one.serial,
                }
                for one in taken
            ]
        )

    def settings(self, provider: str = "aliyun", **more: Any) -> ChannelSettings:
        """Settings by which this carrier is reached."""
        sms = self.aliyun(**more) if provider == "aliyun" else self.tencent(**more)
        return ChannelSettings(programs={"*": ProgramChannels(sms=sms)}, receipts=RECEIPTS)

    def aliyun(self, **more: Any) -> Aliyun:
        """As Aliyun."""
        here = f"127.0.0.1:{self.port}"
        return Aliyun(
            key_id=KEY, key_secret=SECRET, signature="青禾联盟", endpoint=here, plain_http=True, **more
        )

    def tencent(self, **more: Any) -> Tencent:
        """As Tencent."""
        here = f"127.0.0.1:{self.port}"
        return Tencent(
            secret_id=KEY,
            secret_key=SECRET,
            app_id="1400000001",
            signature="青禾联盟",
            endpoint=here,
            plain_http=True,
            **more,
        )


class _Handler(BaseHTTPRequestHandler):
    carrier: Carrier

    def do_POST(self) -> None:
        """One call of an SDK."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.carrier.mood == ["gateway"]:
            self.carrier.posted.append(self.path)
            self._answer(200, {})
            return
        tencent = self.headers.get("x-tc-action")
        fault = tc3_fault(self, body) if tencent else acs3_fault(self, body)
        if fault:
            self.carrier.faults.append(fault)
            self._answer(400, {"Code": "SignatureDoesNotMatch", "Message": fault})
        elif tencent:
            self._tencent(tencent, json.loads(body))
        else:
            values = dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))
            self._aliyun(self.headers["x-acs-action"], values | dict(parse_qsl(body.decode())))

    def _aliyun(self, action: str, asked: dict[str, str]) -> None:
        if action == "QuerySendDetails":
            codes = {"pending": 1, "failed": 2, "delivered": 3}
            rows = [
                {
                    "OutId": one.reference,
                    "PhoneNum": one.phone,
                    "SendStatus": codes[one.state],
                    "ErrCode": "X",
                }
                for one in self.carrier.taken
                if one.phone == asked["PhoneNumber"] and len(asked["SendDate"]) == 8
            ]
            self._answer(200, {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})
            return
        mood = self.carrier.next_mood()
        if mood == "down":
            self._answer(503, {"Code": "ServiceUnavailable", "Message": "down"})
        elif mood == "throttle":
            self._answer(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控"})
        elif mood == "refuse":
            self._answer(200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "invalid number"})
        else:
            values = json.loads(asked.get("TemplateParam", "{}"))
            assert asked["SignName"] == "青禾联盟"
            taken = self.carrier.take(asked["PhoneNumbers"], asked["TemplateCode"], values, asked["OutId"])
            if mood == "hang":
                self.carrier.let_go.wait(60)
            if mood in ("lose", "hang"):
                self.close_connection = True
                self.connection.close()
            else:
                self._answer(200, {"Code": "OK", "Message": "OK", "BizId": taken.serial})

    def _tencent(self, action: str, asked: dict[str, Any]) -> None:
        if action == "PullSmsSendStatusByPhoneNumber":
            rows = [
                {
                    "SerialNo": one.serial,
                    "SessionContext": one.reference,
                    "ReportStatus": "SUCCESS" if one.state == "delivered" else "FAIL",
                }
                for one in self.carrier.taken
                if asked["PhoneNumber"] == f"+86{one.phone}" and one.state != "pending"
            ]
            self._answer(200, {"Response": {"PullSmsSendStatusSet": rows, "RequestId": "1"}})
            return
        mood = self.carrier.next_mood()
        phone = asked["PhoneNumberSet"][0]
        if mood in ("down", "throttle"):
            error = {"Code": "RequestLimitExceeded", "Message": "too many"}
            self._answer(200, {"Response": {"Error": error, "RequestId": "1"}})
            return
        status = {"PhoneNumber": phone, "Fee": 1, "Message": "", "SerialNo": ""}
        if mood == "refuse":
            status["Code"] = "FailedOperation.PhoneNumberInBlacklist"
        else:
            taken = self.carrier.take(
                phone, asked["TemplateId"], asked["TemplateParamSet"], asked["SessionContext"]
            )
            status |= {"Code": "Ok", "SerialNo": taken.serial}
        if mood == "hang":
            self.carrier.let_go.wait(60)
        if mood in ("lose", "hang"):
            self.close_connection = True
            self.connection.close()
        else:
            self._answer(200, {"Response": {"SendStatusSet": [status], "RequestId": "1"}})

    def _answer(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests look at what was taken."""


def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def acs3_fault(request: BaseHTTPRequestHandler, body: bytes) -> str:
    """What is wrong with a signature by Aliyun's ACS3-HMAC-SHA256; empty: nothing."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme != "ACS3-HMAC-SHA256" or parts.get("Credential") != KEY:
        return "no such key"
    path, _, query = request.path.partition("?")
    pairs = sorted(
        (quote(k, safe="~"), quote(v, safe="~")) for k, v in parse_qsl(query, keep_blank_values=True)
    )
    names = parts["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{(request.headers.get(name) or '').strip()}\n" for name in names)
    canonical = "\n".join(
        ("POST", path, "&".join(f"{k}={v}" for k, v in pairs), headers, parts["SignedHeaders"], _sha(body))
    )
    signed = _mac(SECRET.encode(), f"ACS3-HMAC-SHA256\n{_sha(canonical.encode())}").hex()
    return "" if hmac.compare_digest(signed, parts["Signature"]) else "the signature does not match"


def tc3_fault(request: BaseHTTPRequestHandler, body: bytes) -> str:
    """What is wrong with a signature by Tencent's TC3-HMAC-SHA256; empty: nothing."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key, _, scope = parts.get("Credential", "").partition("/")
    if scheme != "TC3-HMAC-SHA256" or key != KEY:
        return "no such key"
    stamp = request.headers["x-tc-timestamp"]
    day = datetime.fromtimestamp(int(stamp), UTC).date().isoformat()
    names = parts["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{(request.headers.get(name) or '').strip().lower()}\n" for name in names)
    canonical = "\n".join(("POST", "/", "", headers, parts["SignedHeaders"], _sha(body)))
    service = scope.split("/")[1]
    text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/{service}/tc3_request\n{_sha(canonical.encode())}"
    secret = _mac(_mac(_mac(f"TC3{SECRET}".encode(), day), service), "tc3_request")
    signed = _mac(secret, text).hex()
    return "" if hmac.compare_digest(signed, parts["Signature"]) else "the signature does not match"


@contextmanager
def carrier() -> Iterator[Carrier]:
    """A carrier that listens on loopback for as long as the block runs."""
    made = Carrier()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"carrier": made}))
    server.daemon_threads = True
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
