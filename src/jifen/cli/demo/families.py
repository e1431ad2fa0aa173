"""Families of the demo: a pool that three have filled, a reward that three paid together, invitations."""

from jifen.cli.demo.chronicle import Stage, Step, asks, moment, posts
from jifen.cli.demo.people import CHUNSHENG, GUYU, LIDONG, XIAOMAN, others

HOME = "林家"
"""The number of the pool, which is also what the family is called."""

EACH = 4_000
"""So much each of the three has put into the pool."""


def steps() -> list[Step]:
    """All that families do."""
    return [*_lin(), *_together()]


def _lin() -> list[Step]:
    """Three become a family, let each other spend, and fill the pool."""
    return [
        asks(
            moment(3, 15, 10),
            "family-lin",
            "POST",
            "/v1/households",
            number=HOME,
            members=[XIAOMAN.number, LIDONG.number],
        ),
        posts(
            moment(8, 2, 19),
            "family-lin-invites",
            f"/v1/members/{XIAOMAN.number}/household/invitations",
            invitee=GUYU.number,
        ),
        Step(moment(8, 3, 8), "family-lin-third", _accepts),
        *(
            asks(
                moment(8, 4, 9, minute),
                f"family-lets-{one.number}",
                "PUT",
                f"/v1/members/{one.number}/household/pool",
                key=f"demo-family-lets-{one.number}",
                points=2_000,
            )
            for minute, one in enumerate((XIAOMAN, LIDONG, GUYU))
        ),
        asks(
            moment(8, 2, 20),
            "family-beneficiary",
            "PUT",
            f"/v1/members/{XIAOMAN.number}/beneficiaries/lidong",
            key="demo-family-beneficiary",
            name="陈立冬",
        ),
        *(
            posts(
                moment(11, day, 20),
                f"family-gives-{one.number}",
                "/v1/transfers",
                member=one.number,
                to=HOME,
                points=EACH,
            )
            for day, one in ((12, XIAOMAN), (15, LIDONG), (18, GUYU))
        ),
    ]


def _together() -> list[Step]:
    """Another family, an invitation that waits, a reward that three have paid, and an offer that waits."""
    return [
        asks(
            moment(4, 6, 12),
            "family-he",
            "POST",
            "/v1/households",
            number="何家",
            members=[others(0), others(1), others(2)],
        ),
        posts(
            moment(11, 20, 18),
            "family-he-invites",
            f"/v1/members/{others(0)}/household/invitations",
            invitee=others(12),
        ),
        posts(
            moment(10, 25, 15),
            "joint-cooker",
            "/v1/joint-redemptions",
            member=others(0),
            reward="rice-cooker",
            expected=10_000,
            payers=[
                {"member": others(0), "points": 4_000},
                {"member": others(1), "points": 3_000},
                {"member": others(3), "points": 3_000},
            ],
        ),
        *(
            Step(moment(10, 25, 17 + n), f"joint-cooker-{n}", _agrees(others(who)))
            for n, who in ((0, 1), (1, 3))
        ),
        posts(
            moment(11, 21, 13, 5),
            "joint-open",
            "/v1/joint-redemptions",
            member=CHUNSHENG.number,
            reward="rice-cooker",
            expected=10_000,
            payers=[
                {"member": CHUNSHENG.number, "points": 6_000},
                {"member": XIAOMAN.number, "points": 2_000},
                {"member": GUYU.number, "points": 2_000},
            ],
        ),
    ]


async def _accepts(stage: Stage) -> None:
    """The third of the family accepts the invitation that waits."""
    waiting = stage.desk.ask("GET", f"/v1/members/{GUYU.number}/household/invitations")["invitations"]
    for one in waiting:
        path = f"/v1/members/{GUYU.number}/household/invitations/{one['id']}/accept"
        stage.desk.post(path, key="demo-family-lin-third")


def _agrees(member: str) -> "Agrees":
    return Agrees(member)


class Agrees:
    """One of those who pay together agrees."""

    def __init__(self, member: str) -> None:
        self._member = member

    async def __call__(self, stage: Stage) -> None:
        """Agree."""
        path = f"/v1/joint-redemptions/{stage.known['joint-cooker']}/accept"
        stage.desk.post(path, key=f"demo-joint-cooker-{self._member}", member=self._member)
