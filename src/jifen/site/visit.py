"""A visit: one request to a page, by whom, in which programme and language, with its ways to answer."""

import base64
import hmac
import json
import secrets
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, State

from jifen.api.house import House
from jifen.pages.words import Words
from jifen.parties.keys import Key
from jifen.parties.programs import Merchant, Program
from jifen.parties.roles import Role
from jifen.parties.sessions import Session
from jifen.site.inside import Inside
from jifen.site.reception import Reception
from jifen.site.rendering import rendered
from jifen.site.routing import Page
from jifen.values.periods import local_day

SESSION_COOKIE = "jifen_session"
GUEST_COOKIE = "jifen_guest"
DONE_COOKIE = "jifen_done"
DONE_S = 60
HTMX = "hx-request"

PageRequest = Request[Any, Any, State]


class Stop(Exception):
    """The visit ends here with a page that says what to do instead.

    why: a key of the catalogues, `stop.<why>` and `stop.<why>_next`; facts fill both. back: where to go on.
    """

    def __init__(self, why: str, status: int = 404, back: str = "", **facts: object) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.back = back
        self.facts = facts


class Visit:
    """One request on its way. `page` answers with a template, `go` sends on after a form was taken."""

    def __init__(
        self,
        request: PageRequest,
        reception: Reception,
        program: Program | None,
        session: Session | None,
        words: Words,
        theme: str,
    ) -> None:
        self.request = request
        self.reception = reception
        self.house: House = reception.house
        self.session = session
        self.words = words
        self.theme = theme
        self.args: dict[str, str] = {}
        self.form: dict[str, str] = {}
        self.many: dict[str, list[str]] = {}
        self.files: dict[str, bytes] = {}
        self.asked: Page | None = None
        self.open_to: frozenset[str] = frozenset()
        self.cookies: list[Cookie] = []
        self.noted: dict[str, object] = {}
        self._program = program
        self._guest = request.cookies.get(GUEST_COOKIE, "")

    @property
    def program(self) -> Program:
        """The programme.

        Raises:
            Stop: there is none yet.
        """
        if self._program is None:
            raise Stop("no_program", 404)
        return self._program

    @property
    def has_program(self) -> bool:
        """Whether there is a programme: an installation begins without one."""
        return self._program is not None

    @property
    def now(self) -> datetime:
        """The time in the programme: its test clock, or the system's. Sessions go by `real_now`."""
        return (self._program.test_clock if self._program else None) or self.real_now

    @property
    def real_now(self) -> datetime:
        """The system's time."""
        return datetime.now(UTC)

    @property
    def today(self) -> date:
        """The day in the programme's zone."""
        return local_day(self.now, self.program.zone)

    @property
    def role(self) -> Role:
        """The role of who is signed in."""
        return self.session.role if self.session else "stranger"

    @property
    def signed_in(self) -> Session:
        """The session; only for pages that no stranger may ask for."""
        assert self.session is not None, "this page is not for strangers: its route must say so"
        return self.session

    @property
    def number(self) -> str:
        """The member's own number; empty for staff."""
        return self.session.number if self.session else ""

    @property
    def merchant(self) -> Merchant:
        """The merchant whose cashier or manager this is."""
        staff = self.signed_in.staff
        assert staff is not None and staff.merchant is not None, "this page is for a merchant's people"
        return self.program.merchants_by_id[staff.merchant]

    @property
    def actor(self) -> str:
        """Who acts, for the audit log and as the label of what is sent."""
        session = self.session
        if session is None:
            return "@guest"
        if session.staff is None:
            return "@member"
        if session.staff.merchant is not None:
            return f"@shop/{self.merchant.code}"
        return f"@staff/{session.staff.login}"

    @property
    def api(self) -> Inside:
        """The interface, as this person may use it. A member's page names only what is the member's own."""
        session = self.signed_in
        staff = session.staff
        merchant = staff.merchant if staff else None
        role = self.role if self.role in ("clerk", "auditor") else ""
        return Inside(self.house, self.program, Key(self.program.id, merchant, self.actor, role))

    @property
    def mine(self) -> str:
        """Where the interface keeps what is the member's own: `/v1/members/{number}`."""
        return f"/v1/members/{self.number}"

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of the page only."""
        return HTMX in self.request.headers

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, default)

    def field(self, name: str, default: str = "") -> str:
        """A field of the form that was sent, without space around it."""
        return self.form.get(name, default).strip()

    @property
    def key(self) -> str:
        """The form's own key: the same however often the form is sent, so that nothing is done twice.

        Raises:
            Stop: the form has none.
        """
        found = self.form.get("key", "")
        if not (8 <= len(found) <= 64 and found.isascii() and found.isprintable()):
            raise Stop("form", 422)
        return found

    @property
    def csrf(self) -> str:
        """What a form must send back to prove that it is ours."""
        if self.session is not None:
            return self.session.csrf
        if not self._guest:
            self._guest = secrets.token_urlsafe(24)
            self.set_cookie(GUEST_COOKIE, self._guest)
        return self.house.vault.blind(f"guest {self._guest}").hex()

    def csrf_holds(self, sent: str) -> bool:
        """Whether that is what this visitor was given."""
        known = bool(self.session or self._guest)
        return known and hmac.compare_digest(sent.encode(), self.csrf.encode())

    def set_cookie(self, name: str, value: str, max_age: int | None = None) -> None:
        """Keep something in the browser, out of reach of scripts; max_age 0: forget it."""
        cookie = Cookie(key=name, value=value, max_age=max_age, httponly=True, samesite="lax", path="/")
        cookie.secure = self.request.url.scheme == "https"
        self.cookies = [kept for kept in self.cookies if kept.key != name] + [cookie]

    def note(self, **facts: object) -> None:
        """Add facts to the record of this write in the audit log, such as `target`."""
        self.noted.update(facts)

    def page(self, template: str, status: int = 200, *, block: str = "", **context: Any) -> Response[bytes]:
        """A page of ours. block: only that block of it, where htmx asks for a part."""
        return rendered(self, template, status, block, context)

    def go(self, path: str, done: str = "", **facts: object) -> Response[bytes]:
        """Send on to a page of ours after a form. done: what is said there once, as a key `done.<done>`."""
        assert path.startswith("/") and not path.startswith("//"), "only within our own pages"
        if done:
            said = json.dumps({"done": done, "facts": {name: str(fact) for name, fact in facts.items()}})
            self.set_cookie(DONE_COOKIE, base64.urlsafe_b64encode(said.encode()).decode(), DONE_S)
        headers = {"Location": path, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
        if self.partial:
            headers["HX-Redirect"] = path
        return Response(b"", status_code=303, headers=headers, cookies=self.cookies, media_type="text/html")

    def just_done(self) -> tuple[str, dict[str, str]] | None:
        """What the last form did, to be said once."""
        kept = self.request.cookies.get(DONE_COOKIE, "")
        if not kept:
            return None
        self.set_cookie(DONE_COOKIE, "", 0)
        try:
            said = msgspec.json.decode(base64.urlsafe_b64decode(kept), type=dict[str, Any])
            return str(said["done"]), {str(k): str(v) for k, v in said["facts"].items()}
        except (ValueError, KeyError, AttributeError):
            return None
