"""Messages, contacts, consents, receipts, webhooks and hooks over the wire: who may, and what is answered."""

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from standardwebhooks import Webhook

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.messages import outbox, templates
from jifen.messages.delivery import Post
from jifen.messages.outbox import Message
from jifen.messages.reaching import channels_of
from jifen.messages.settings import ChannelSettings
from tests.api.alliance import NOW, Alliance, founded, problem, running
from tests.databases import fresh
from tests.messages.carrier import RECEIPTS, Carrier, carrier
from tests.messages.receiver import receiver
from tests.messages.telling import FIELDS, PLAN

CONTACTS = {
    "language": "en",
    "email": "ann@example.com",
    "push": "token",
    "wechat": None,
    "subscriptions": {"W1": 2},
}
AGREED = {"text": "同意接收营销短信", "version": "1", "channel": "app"}


@pytest.fixture(scope="module")
def sms() -> Iterator[Carrier]:
    """A carrier on loopback."""
    with carrier() as made:
        yield made


@pytest.fixture(scope="module")
async def app(server: str, template: str, sms: Carrier) -> AsyncIterator[Litestar]:
    """The application, with a carrier, and webhooks that may go to loopback."""
    channels = msgspec.structs.replace(sms.settings(), private_webhooks=True)
    async with fresh(server, template, "test_messages") as dsn:
        settings = Settings(database_url=dsn, secret="22" * 32, pool_size=4, channels=channels)
        async with running(create_app(settings)) as made:
            yield made


@pytest.fixture
async def alliance(app: Litestar) -> AsyncIterator[Alliance]:
    """An alliance whose clock stands at NOW, with a plan of messages."""
    async with founded(app) as made:
        async with made.house.pool.acquire() as conn:
            await templates.publish(
                conn, made.id, msgspec.structs.replace(PLAN, fallback=("sms",)), NOW - timedelta(days=9)
            )
        yield made


async def put(alliance: Alliance, who: str, key: str) -> None:
    """Put a reminder."""
    (wallet,) = (await alliance.house.members.wallets(alliance.id, [who])).values()
    message = Message(
        program=alliance.id,
        wallet=wallet,
        event="points_lapsing",
        key=key,
        fields=FIELDS["points_lapsing"],
        due_at=NOW,
    )
    await outbox.put(alliance.house.pool, [message], NOW)


async def deliver(alliance: Alliance, settings: ChannelSettings | None = None) -> None:
    """One look."""
    house = alliance.house
    used = settings or house.channels
    program = await house.catalog.program(alliance.id)
    await Post(house.pool, house.vault, used, channels_of(used, program.code)).deliver(program, NOW)


async def test_messages_are_listed_and_a_dead_letter_sent_again(alliance: Alliance, sms: Carrier) -> None:
    """
    ann has no phone, and the plan has no inbox   -> dead
    listed by member, event and state, page by page
    retried: once; what is not dead is refused
    """
    ask = alliance.operator
    for number in range(3):
        await put(alliance, "ann", f"k{number}")
    await put(alliance, "bob", "k9")
    await deliver(alliance)
    listed = (await ask.get("/v1/messages?state=dead&member=ann")).json()
    assert [one["member"] for one in listed["messages"]] == ["ann"] * 3
    assert listed["next"] is None
    assert listed["messages"][0]["reason"] == "no channel is left"
    assert listed["messages"][0]["fields"]["points"] == "50"
    first = (await ask.get("/v1/messages?limit=3&event=points_lapsing")).json()
    second = (await ask.get(f"/v1/messages?limit=3&event=points_lapsing&cursor={first['next']}")).json()
    keys = [one["key"] for page in (first, second) for one in page["messages"]]
    assert sorted(keys) == ["k0", "k1", "k2", "k9"]
    some_id = listed["messages"][0]["id"]
    assert (await ask.post(f"/v1/messages/{some_id}/retry")).json() == {"id": some_id, "state": "waiting"}
    problem(await ask.post(f"/v1/messages/{some_id}/retry"), "message_not_dead")
    problem(await ask.post(f"/v1/messages/{uuid4()}/retry"), "message_unknown")
    assert (await ask.get(f"/v1/messages/{some_id}")).json()["state"] == "waiting"
    for query in ("state=lost", "event=x", "limit=0", "cursor=x", "member=nobody"):
        assert (await ask.get(f"/v1/messages?{query}")).status_code in (404, 422)


async def test_the_inbox_shows_what_was_told(alliance: Alliance) -> None:
    """In the words of then, newest first."""
    async with alliance.house.pool.acquire() as conn:
        plan = msgspec.structs.replace(PLAN, fallback=("in_app",))
        await templates.publish(conn, alliance.id, plan, NOW)
    for key in ("k1", "k2", "k3"):
        await put(alliance, "ann", key)
    await deliver(alliance)
    page = (await alliance.operator.get("/v1/members/ann/inbox?limit=2")).json()
    rest = (await alliance.operator.get(f"/v1/members/ann/inbox?limit=2&cursor={page['next']}")).json()
    assert (len(page["messages"]), len(rest["messages"]), rest["next"]) == (2, 1, None)
    assert page["messages"][0]["text"] == "您有50积分将于2026-12-31到期,请在到期前使用。"
    assert (await alliance.operator.get("/v1/members/bob/inbox")).json()["messages"] == []


async def test_contacts_are_set_whole(alliance: Alliance) -> None:
    """What is left out is removed; nonsense is refused with its field."""
    ask, path = alliance.operator, "/v1/members/ann/contacts"
    assert (await ask.get(path)).json()["language"] == "zh"
    assert (await ask.ask("PUT", path, json=CONTACTS)).json() == CONTACTS
    assert (await ask.get(path)).json() == CONTACTS
    assert (await ask.ask("PUT", path, json={})).json()["email"] is None
    assert (await ask.get(path)).json()["subscriptions"] == {}
    for wrong in ({"email": "x"}, {"language": "fr"}, {"phone": "1"}, {"subscriptions": {"W1": -1}}):
        assert (await ask.ask("PUT", path, json=wrong)).status_code == 422


async def test_consent_is_given_and_taken_back_as_easily(alliance: Alliance) -> None:
    """
    PUT      holds        DELETE   does not, with nothing to be said
    both stay in the ledger, with the hash of the words
    """
    ask, path = alliance.operator, "/v1/members/ann/consents/marketing"
    assert (await ask.get(path)).json()["holds"] is False
    assert (await ask.ask("PUT", path, json=AGREED)).json()["holds"] is True
    assert (await ask.ask("DELETE", path)).json()["holds"] is False
    again = (await ask.ask("PUT", path, json=AGREED)).json()
    assert [line["given"] for line in again["lines"]] == [True, False, True]
    assert len({line["text_hash"] for line in again["lines"] if line["given"]}) == 1
    assert (await ask.get("/v1/members/ann/consents/sharing:air")).json()["holds"] is False
    for purpose in ("spam", "sharing", "marketing:x", "sharing:"):
        assert (await ask.get(f"/v1/members/ann/consents/{purpose}")).status_code == 422
    assert (await ask.ask("PUT", path, json={"text": "", "version": "1", "channel": "x"})).status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "messages"),
        ("GET", "messages/00000000-0000-7000-8000-000000000000"),
        ("POST", "messages/00000000-0000-7000-8000-000000000000/retry"),
        ("GET", "members/ann/contacts"),
        ("PUT", "members/ann/contacts"),
        ("GET", "members/ann/consents/marketing"),
        ("PUT", "members/ann/consents/marketing"),
        ("DELETE", "members/ann/consents/marketing"),
        ("GET", "members/ann/inbox"),
        ("GET", "webhooks"),
        ("POST", "webhooks"),
        ("DELETE", "webhooks/crm"),
        ("GET", "webhooks/crm/deliveries"),
        ("POST", "webhooks/crm/replay"),
        ("GET", "hooks"),
        ("POST", "hooks"),
        ("DELETE", "hooks/x"),
    ],
)
async def test_only_the_operator_sees_and_sets(alliance: Alliance, method: str, path: str) -> None:
    """A stranger is asked for a key, a merchant is refused."""
    problem(await alliance.stranger.ask(method, f"/v1/{path}"), "unauthenticated")
    problem(await alliance.air.ask(method, f"/v1/{path}"), "operator_only")


async def test_receipts_need_the_secret_address(alliance: Alliance, sms: Carrier) -> None:
    """
    a push to the right address   -> delivered; the provider hears 0
    another secret                -> there is no such address
    of nobody's message           -> the provider is asked to push again
    """
    from jifen.parties.members import Joining

    await alliance.house.members.enrol(alliance.id, Joining("amy", phone="19900000001"), NOW)
    await put(alliance, "amy", "k1")
    await deliver(alliance)
    raw = sms.aliyun_receipt(sms.taken[-1])
    kind = {"content-type": "application/json;charset=UTF-8"}

    async def push(provider: str, secret: str, body: bytes) -> httpx.Response:
        path = f"/v1/receipts/{provider}/{secret}"
        return await alliance.stranger.ask("POST", path, content=body, headers=kind)

    problem(await push("aliyun", "x" * 24, raw), "not_found")
    problem(await push("aliyun", "é", raw), "not_found")
    problem(await push("carrier-pigeon", RECEIPTS, raw), "invalid_request")
    problem(await push("aliyun", RECEIPTS, b'[{"success":1}]'), "invalid_request")
    problem(await push("tencent", RECEIPTS, b"{"), "invalid_request")
    assert (await alliance.operator.get("/v1/messages?state=delivered")).json()["messages"] == []
    assert (await push("aliyun", RECEIPTS, raw)).json()["code"] == 0
    (told,) = (await alliance.operator.get("/v1/messages?state=delivered")).json()["messages"]
    assert (told["member"], told["settled_at"][:19]) == ("amy", NOW.isoformat()[:19])
    assert told["attempts"][0]["outcome"] == "delivered"
    sms.taken[-1].reference = "of another system"
    sms.taken[-1].serial = "7"
    assert (await push("aliyun", RECEIPTS, sms.aliyun_receipt(sms.taken[-1]))).json()["code"] == 1


async def test_webhooks_are_set_up_and_looked_after(alliance: Alliance) -> None:
    """Added once, listed without their secret, told, replayed, removed."""
    ask = alliance.operator
    with receiver() as partner:
        body = {"code": "crm", "url": partner.url, "kinds": ["purchase"]}
        made = await ask.done("/v1/webhooks", **body)
        assert made["secret"].startswith("whsec_")
        await ask.refused("already_exists", "/v1/webhooks", **body)
        await ask.refused("invalid_request", "/v1/webhooks", **{**body, "code": "b", "kinds": ["theft"]})
        await ask.refused(
            "invalid_request", "/v1/webhooks", **{**body, "code": "b", "url": "http://8.8.8.8/"}
        )
        await alliance.air.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
        (listed,) = (await ask.get("/v1/webhooks")).json()["webhooks"]
        assert (listed["waiting"], listed["dead"]) == (1, 0)
        assert "secret" not in listed
        waiting = (await ask.get("/v1/webhooks/crm/deliveries?state=waiting")).json()["deliveries"]
        assert [(one["member"], one["no"]) for one in waiting] == [("ann", 1)]
        stretch = {"since": NOW.isoformat(), "until": (NOW + timedelta(days=1)).isoformat()}
        assert (await ask.post("/v1/webhooks/crm/replay", **stretch)).json() == {"entries": 1}
        backwards = {"since": stretch["until"], "until": stretch["since"]}
        await ask.refused("invalid_request", "/v1/webhooks/crm/replay", **backwards)
        await ask.refused("webhook_unknown", "/v1/webhooks/none/replay", **stretch)
        assert (await ask.ask("DELETE", "/v1/webhooks/crm")).status_code == 200
        problem(await ask.ask("DELETE", "/v1/webhooks/crm"), "webhook_unknown")
        problem(await ask.get("/v1/webhooks/crm/deliveries"), "webhook_unknown")
        assert (await ask.done("/v1/webhooks", **body))["secret"] != made["secret"]
        for path in ("webhooks", "hooks"):
            problem(await ask.ask("DELETE", f"/v1/{path}/%00"), "webhook_unknown")
        problem(await ask.post("/v1/hooks/%00", x=1), "signature_invalid")


class Partner:
    """A system that reports under a signature."""

    def __init__(self, alliance: Alliance, code: str, secret: str) -> None:
        self.alliance = alliance
        self.code = code
        self.secret = secret

    async def report(
        self, some_id: str, age: timedelta = timedelta(), secret: str = "", **fact: Any
    ) -> httpx.Response:
        """Report a fact, signed so long ago."""
        raw = msgspec.json.encode(fact)
        at = datetime.now(UTC) - age
        headers = {
            "content-type": "application/json",
            "webhook-id": some_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(some_id, at, raw.decode()),
        }
        path = f"/v1/hooks/{self.code}"
        return await self.alliance.stranger.ask("POST", path, content=raw, headers=headers)


async def test_a_partner_reports_under_its_signature(alliance: Alliance) -> None:
    """
    an act, signed           -> booked, with the hook's code as its source; its key is the webhook-id
    the same again           -> the same answer
    the same id, other fact  -> the key was used
    signed by another, too old, changed, unknown code   -> no signature that holds
    """
    code = f"bags-{uuid4().hex[:6]}"
    made = await alliance.operator.done("/v1/hooks", code=code)
    partner = Partner(alliance, code, made["secret"])
    fact: dict[str, Any] = {"type": "act", "member": "ann", "act": "bag"}
    answer = await partner.report("m1", **fact)
    assert (answer.status_code, answer.json()["points"]) == (201, 5)
    again = await partner.report("m1", **fact)
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    entry = (await alliance.operator.get(f"/v1/entries/{answer.json()['id']}")).json()
    assert (entry["source"], entry["key"]) == (code, "m1")
    problem(await partner.report("m1", **{**fact, "act": "cup"}), "key_reused")
    problem(await partner.report("m2", timedelta(minutes=6), **fact), "signature_invalid")
    other = "whsec_" + base64.b64encode(b"x" * 24).decode()
    problem(await partner.report("m2", secret=other, **fact), "signature_invalid")
    problem(await Partner(alliance, "none", made["secret"]).report("m2", **fact), "signature_invalid")
    problem(await alliance.stranger.post(f"/v1/hooks/{code}", **fact), "signature_invalid")
    problem(await partner.report("m2", **{**fact, "source": "till"}), "invalid_request")
    problem(await partner.report("m2", type="redemption", member="ann", points=1), "invalid_request")
    problem(await partner.report("m2", **{**fact, "member": "nobody"}), "member_unknown")
    bought = await partner.report("m3", type="purchase", member="ann", store="air-1", amount=1_000)
    assert bought.status_code == 201
    problem(await alliance.operator.post("/v1/keys", label=code), "already_exists")
    problem(await alliance.operator.post("/v1/hooks", code=code), "already_exists")
    problem(await alliance.operator.post("/v1/hooks", code="air-till"), "already_exists")
    assert [one["code"] for one in (await alliance.operator.get("/v1/hooks")).json()["hooks"]] == [code]
    await alliance.operator.ask("DELETE", f"/v1/hooks/{code}")
    problem(await partner.report("m4", **fact), "signature_invalid")


async def test_a_merchants_hook_names_its_own_stores(alliance: Alliance) -> None:
    """As its key would."""
    code = f"till-{uuid4().hex[:6]}"
    made = await alliance.operator.done("/v1/hooks", code=code, merchant="air")
    partner = Partner(alliance, code, made["secret"])
    fact: dict[str, Any] = {"type": "purchase", "member": "ann", "amount": 1_000}
    assert (await partner.report("m1", store="air-1", **fact)).status_code == 201
    problem(await partner.report("m2", store="sea-1", **fact), "out_of_scope")
