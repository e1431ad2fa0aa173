"""The reception: what all signed-in pages share, made of an open house."""

from jifen.api.house import House
from jifen.parties.audit import Audit
from jifen.parties.limits import Limits
from jifen.parties.sessions import Session, Sessions
from jifen.parties.sign_in import SignIn
from jifen.parties.staff import StaffBook
from jifen.store.queries import q
from jifen.values.ids import ProgramId


class Reception:
    """Who is signed in, who may sign in, how often, and what was done."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sessions = Sessions(house.pool, house.vault)
        self.staff = StaffBook(house.pool, house.vault)
        self.sign_in = SignIn(house.pool, house.vault)
        self.limits = Limits(house.pool, house.vault)
        self.audit = Audit(house.pool, house.vault)

    async def program_for(self, session: Session | None, asked: str) -> ProgramId | None:
        """Whose pages these are: the session's programme, else the one asked for by its code, else the first.

        None: there is no programme yet, or none of that code.
        """
        if session is not None:
            return session.program
        for row in await self.house.pool.fetch(q("programs_list")):
            if asked in ("", row["code"]):
                return ProgramId(row["id"])
        return None
