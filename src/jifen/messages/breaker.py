"""A breaker: who fails again and again is left in peace for a while, then tried by one."""

from datetime import datetime, timedelta

FAILURES = 5
"""So many failures in a row open it."""

FIRST_REST_S = 30
LONGEST_REST_S = 600


class Breaker:
    """Of one provider, in one process: each process finds out by itself."""

    def __init__(self) -> None:
        self._failures = 0
        self._rests = 0
        self._rest_until: datetime | None = None

    def allowed(self, asked: int, now: datetime) -> int:
        """How many of some calls may be made now: all, or, when a rest has just ended, one."""
        if self._rest_until is None:
            return asked
        return min(asked, 1) if now >= self._rest_until else 0

    def told(self, well: bool, now: datetime) -> None:
        """Take in how a call went. Each rest is twice as long as the one before it."""
        if well:
            self._failures, self._rests, self._rest_until = 0, 0, None
            return
        if self._rest_until is not None and now < self._rest_until:
            return
        self._failures += 1
        if self._failures >= FAILURES:
            rest_s = min(FIRST_REST_S << min(self._rests, 10), LONGEST_REST_S)
            self._rests += 1
            self._rest_until = now + timedelta(seconds=rest_s)
