"""The books told as stories, the refused case beside the allowed one."""

from tests.books.story import tell

TWO_MERCHANTS = """
earn    ann   50  at air   expires 2027-06-30  key e1     -> lot A
earn    ann   50  at sea   expires 2027-01-31  key e2     -> lot B
redeem  ann   70  at mall  on 2026-12-01       key r1     -> B 50, A 20
redeem  ann   70  at mall  on 2026-12-01       key r1     -> the same answer
redeem  ann   31  at mall  on 2026-12-01       key r2     -> insufficient_points: 30 available, 31 requested
redeem  ann   30  at mall  on 2026-12-01       key r3     -> A 30
has     ann                                               -> nothing
"""


async def test_two_merchants(database: str) -> None:
    """Points of air and of sea pay at the mall; a repeat is no second payment."""
    await tell(database, TWO_MERCHANTS)


async def test_expiry(database: str) -> None:
    """Good on the last day, gone on the next, whether or not the run has booked it."""
    await tell(
        database,
        """
        earn    ann   50  at air  expires 2026-11-30 key e1 -> lot A
        earn    ann   10  at air                     key e2 -> lot B
        redeem  ann   5   at mall on 2026-11-30      key r1 -> A 5
        expire  ann               on 2026-11-30      key x1 -> nothing_left
        redeem  ann   15  at mall on 2026-12-01      key r2 -> insufficient_points: 10 available, 15 requested
        has     ann                                         -> 10 available
        expire  ann               on 2026-12-01      key x2 -> A 45
        expire  ann                                  key x3 -> nothing_left
        redeem  ann   10  at mall                    key r3 -> B 10
        """,
    )


async def test_points_that_mature(database: str) -> None:
    """Earned today, good from the day they mature."""
    await tell(
        database,
        """
        earn    ann   50  at air   matures 2026-11-08  key e1 -> lot A
        has     ann                                           -> 50 pending
        redeem  ann   1   at mall  on 2026-11-07       key r1 -> insufficient_points: 0 available, 1 requested
        redeem  ann   1   at mall  on 2026-11-08       key r2 -> A 1
        has     ann                                           -> 49 available
        """,
    )


async def test_a_hold(database: str) -> None:
    """Held points pay nobody else; what is not captured is free again."""
    await tell(
        database,
        """
        earn    ann   50  at air  expires 2027-01-31 key e1 -> lot A
        earn    ann   50  at sea                     key e2 -> lot B
        hold    ann   70  at mall until 2026-11-03   key h1 -> A 50, B 20
        has     ann                                         -> 30 available, 70 held
        redeem  ann   31  at mall                    key r1 -> insufficient_points: 30 available, 31 requested
        capture ann   71  of h1                      key c0 -> exceeds_hold: 70 held, 71 requested
        capture ann   40  of h1   open               key c1 -> A 40
        capture ann   5   of h1   open               key c2 -> A 5
        capture ann   10  of h1                      key c3 -> A 5, B 5, free B 15
        capture ann   1   of h1                      key c4 -> hold_closed
        release ann       of h1                      key l1 -> hold_closed
        has     ann                                         -> 45 available
        """,
    )


async def test_a_hold_that_lapses(database: str) -> None:
    """At its deadline and not before; then nothing can be captured any more."""
    await tell(
        database,
        """
        earn    ann   50  at air                               key e1  -> lot A
        hold    ann   20  at mall  until 2026-11-03            key h1  -> A 20
        hold    ann   20  at mall  until 2026-11-01            key h2  -> hold_lapsed
        lapse   ann       of h1    on 2026-11-02               key l1  -> hold_running
        capture ann       of h1    on 2026-11-03               key c1  -> hold_lapsed
        lapse   ann       of h1    on 2026-11-03               key l2  -> A 20
        lapse   ann       of h1                                key l2  -> the same answer
        has     ann                                                    -> 50 available
        """,
    )


async def test_a_lot_that_lapses_while_it_is_held(database: str) -> None:
    """The hold wins until it ends; what is released after its date gets the grace of seven days."""
    await tell(
        database,
        """
        earn    ann   50  at air   expires 2026-11-10  key e1 -> lot A
        hold    ann   40  at mall  until 2026-11-20    key h1 -> A 40
        expire  ann                on 2026-11-12       key x1 -> A 10
        capture ann   15  of h1    open                key c1 -> A 15
        release ann       of h1    on 2026-11-15       key l1 -> A 25, grace A 25
        has     ann                                           -> 25 available
        redeem  ann   20  at mall  on 2026-11-22       key r1 -> grace A 20
        redeem  ann   5   at mall  on 2026-11-23       key r2 -> insufficient_points: 0 available, 5 requested
        expire  ann                                    key x2 -> grace A 5
        """,
    )


async def test_goods_come_back_after_the_points_were_spent(database: str) -> None:
    """The points are owed, the next earning repays them, and no other lot is touched."""
    await tell(
        database,
        """
        earn    ann   50  at air   expires 2027-01-31  key e1     -> lot A
        earn    ann   30  at sea                       key e2     -> lot B
        redeem  ann   45  at mall                      key r1     -> A 45
        return  ann   20  of e1                        key b1     -> A 20, owed 15
        return  ann   20  of e1                        key b1     -> the same answer
        has     ann                                               -> 30 available, 15 owed
        return  ann   31  of e1                        key b2     -> exceeds_entry: 30 left, 31 requested
        return  ann       of e1                        key b3     -> A 30, owed 30
        return  ann       of e1                        key b4     -> nothing_left
        return  ann       of r1                        key b5     -> entry_unknown
        earn    ann   40  at sea                       key e3     -> lot B, repaid 40
        earn    ann   10  at sea                       key e4     -> lot B, repaid 5
        has     ann                                               -> 35 available
        lots    ann                                               -> B 35
        """,
    )


async def test_goods_come_back_after_their_points_expired(database: str) -> None:
    """Only what was spent is owed; what expired unused is nobody's debt, and is not counted twice."""
    await tell(
        database,
        """
        earn    ann   50  at air   expires 2026-11-10  key e1     -> lot A
        redeem  ann   20  at mall                      key r1     -> A 20
        expire  ann                on 2026-11-12       key x1     -> A 30
        return  ann   35  of e1                        key b1     -> A 5, owed 5
        return  ann   35  of e1                        key b1     -> the same answer
        return  ann       of e1                        key b2     -> A 15, owed 15
        has     ann                                               -> 20 owed
        restore ann       of r1                        key s1     -> A 20, repaid 20
        has     ann                                               -> nothing
        """,
    )


async def test_goods_come_back_after_their_points_got_a_later_date(database: str) -> None:
    """Twenty-five were released after their date; five of them are spent and the rest expires."""
    await tell(
        database,
        """
        earn    ann   50  at air   expires 2026-11-10  key e1 -> lot A
        hold    ann   40  at mall  until 2026-11-20    key h1 -> A 40
        expire  ann                on 2026-11-12       key x1 -> A 10
        release ann       of h1    on 2026-11-15       key l1 -> A 40, grace A 40
        redeem  ann   5   at mall                      key r1 -> grace A 5
        return  ann   20  of e1                        key b1 -> grace A 20
        has     ann                                           -> 15 available
        expire  ann                on 2026-11-23       key x2 -> grace A 15
        return  ann       of e1                        key b2 -> A 5, owed 5
        restore ann       of r1                        key s1 -> grace A 5, repaid 5
        has     ann                                           -> nothing
        """,
    )


async def test_a_redemption_comes_back_in_parts(database: str) -> None:
    """Into the very lots, in proportion to what is still out of each; a passed date gets the grace."""
    await tell(
        database,
        """
        earn    ann   50  at air   expires 2026-11-30  key e1     -> lot A
        earn    ann   50  at sea   expires 2027-01-31  key e2     -> lot B
        redeem  ann   70  at mall                      key r1     -> A 50, B 20
        restore ann   1   of r1                        key b1     -> A 1
        restore ann   70  of r1                        key b2     -> exceeds_entry: 69 left, 70 requested
        restore ann   1   of r1                        key b3     -> A 1
        restore ann   1   of r1                        key b4     -> A 1
        restore ann   64  of r1                        key b5     -> A 45, B 19
        restore ann       of r1    on 2026-12-01       key b6     -> A 2, grace A 2, B 1
        restore ann       of r1                        key b7     -> nothing_left
        restore ann       of e1                        key b8     -> not_reversible
        lots    ann                                               -> A 48, B 50, grace A 2
        """,
    )


async def test_a_lot_that_was_empty_and_filled_again(database: str) -> None:
    """It was granted all of it, so all of it fits when the first redemption comes back.

    An empty lot is not read with its wallet; what it was granted before was once forgotten at the second
    earning, and then nothing could ever be restored to it.
    """
    await tell(
        database,
        """
        earn    ann   50  at air                       key e1     -> lot A
        redeem  ann   50  at mall                      key r1     -> A 50
        earn    ann   10  at air                       key e2     -> lot A
        earn    ann   5   at air                       key e3     -> lot A
        restore ann       of r1                        key b1     -> A 50
        has     ann                                               -> 65 available
        """,
    )


async def test_the_redemption_comes_back_after_the_goods(database: str) -> None:
    """What comes back to a lot that owes repays it: nothing was gained by the detour."""
    await tell(
        database,
        """
        earn    ann   50  at air                       key e1     -> lot A
        redeem  ann   40  at mall                      key r1     -> A 40
        return  ann       of e1                        key b1     -> A 50, owed 40
        restore ann   15  of r1                        key b2     -> A 15, repaid 15
        has     ann                                               -> 25 owed
        restore ann       of r1                        key b3     -> A 25, repaid 25
        has     ann                                               -> nothing
        """,
    )


async def test_events_that_come_late_and_out_of_order(database: str) -> None:
    """What counts is when it happened: dates, and what could be spent then."""
    await tell(
        database,
        """
        earn   ann 50 at air  expires 2026-11-30  on 2026-11-20  key e2                  -> lot B
        earn   ann 30 at air  expires 2026-11-10  on 2026-11-02  known 2026-11-20 key e1 -> lot A
        has    ann                                                                       -> 50 available
        redeem ann 30 at mall on 2026-11-05  known 2026-11-20  key r1                    -> A 30
        redeem ann 55 at mall on 2026-11-05 known 2026-11-20  key r2                    -> insufficient_points
        earn   ann 5  at air  on 2026-11-25  known 2026-11-20  key e3                    -> event_in_future
        return ann    of e3                                    key b1                    -> entry_unknown
        return ann 30 of e1   on 2026-11-30                    key b2                    -> A 30, owed 30
        """,
    )


async def test_a_household_shares(database: str) -> None:
    """Points move with their dates, within the family, and never out of it."""
    await tell(
        database,
        """
        household  home  ann bob
        earn     ann   50  at air  expires 2026-11-30 key e1 -> lot A
        earn     bob   10  at sea                     key e2 -> lot B
        transfer ann   30  to bob                     key t1 -> A 30
        transfer ann   30  to bob                     key t1 -> the same answer
        transfer ann   21  to bob                     key t2 -> insufficient_points: 20 available
        transfer ann   5   to eve                     key t3 -> not_one_household
        transfer ann   5   to ann                     key t4 -> same_wallet
        earn     eve   1   at air                     key e3 -> lot C
        lots     bob                                         -> A 30, B 10
        redeem   bob   35  at mall                    key r1 -> A 30, B 5
        transfer ann   20  to home                    key t5 -> A 20
        has      home                                        -> 20 available
        return   ann       of e1                      key b1 -> A 50, owed 50
        transfer home  20  to ann                     key t6 -> A 20
        has      ann                                         -> 20 available, 50 owed
        restore  bob       of r1   on 2026-12-01      key b2 -> A 30, grace A 30, B 5
        """,
    )


async def test_a_wallet_is_frozen(database: str) -> None:
    """Spending stops, earning and captures go on, and it lifts by itself at its deadline."""
    await tell(
        database,
        """
        earn     ann   50  at air                       key e1    -> lot A
        hold     ann   10  at mall  until 2026-11-20    key h1    -> A 10
        unfreeze ann                                    key u0    -> wallet_not_frozen
        freeze   ann       until 2026-11-08             key f1    -> done
        freeze   ann       until 2026-11-09             key f2    -> wallet_already_frozen
        redeem   ann   5   at mall                      key r1    -> wallet_frozen
        hold     ann   5   at mall  until 2026-11-20    key h2    -> wallet_frozen
        donate   ann   5   to pupils                    key d1    -> wallet_frozen
        earn     ann   5   at air                       key e2    -> lot A
        capture  ann   4   of h1                        key c1    -> A 4, free A 6
        redeem   ann   5   at mall  on 2026-11-08       key r1    -> A 5
        freeze   ann       until 2026-11-30             key f3    -> done
        unfreeze ann                                    key u1    -> done
        donate   ann   5   to pupils                    key d1    -> A 5
        """,
    )


async def test_a_key_is_used_again_for_something_else(database: str) -> None:
    """The answer shows what differs, and nothing moves."""
    await tell(
        database,
        """
        earn    ann   50  at air                       key e1     -> lot A
        earn    ann   60  at air                       key e1     -> key_reused: lines
        earn    ann   50  at sea                       key e1     -> key_reused: store
        earn    bob   50  at air                       key e1     -> key_reused: member
        redeem  ann   50  at mall                      key e1     -> key_reused
        redeem  ann   50  at mall                      key r1     -> A 50
        redeem  ann   40  at mall                      key r1     -> key_reused: redeem
        redeem  ann   50  at air                       key r1     -> key_reused: merchant
        has     ann                                               -> nothing
        has     bob                                               -> nothing
        """,
    )


async def test_corrections_and_compensations(database: str) -> None:
    """A person corrects in both directions; a compensation repays what is owed, as any earning does."""
    await tell(
        database,
        """
        earn       ann 50  at air  expires 2026-11-30 key e1 -> lot A
        redeem     ann 50  at mall                    key r1 -> A 50
        return     ann     of e1                      key b1 -> A 50, owed 50
        compensate ann 30                             key k1 -> lot K, repaid 30
        adjust     ann 25                             key a1 -> lot K
        has        ann                                       -> 25 available, 20 owed
        adjust     ann -26                            key a2 -> insufficient_points: 25 available
        adjust     ann -5                             key a3 -> K 5
        donate     ann 20  to pupils                  key d1 -> K 20
        restore    ann     of d1                      key b2 -> not_reversible
        """,
    )
