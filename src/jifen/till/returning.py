"""Returns of bills: what vouchers paid comes back as vouchers."""

from collections.abc import Sequence
from typing import Any

import msgspec

from jifen.engine.command import Needs
from jifen.engine.view import View
from jifen.events.returning import Return
from jifen.mall.vouchers import give_back, read_voucher
from jifen.parties.programs import Program
from jifen.values.ids import Id


class ReturnGoods(Return, frozen=True, kw_only=True):
    """Goods of a purchase come back, however it was paid."""

    def needs(self, program: Program) -> Needs:
        """Also the vouchers that paid it."""
        needs = super().needs(program)
        return msgspec.structs.replace(needs, rows=(("spent_voucher", self.wallet, self.purchase),))

    def given_back(self, view: View, vouchers: Sequence[Id]) -> list[tuple[str, dict[str, Any]]]:
        """They can be used again; one past its date for the programme's grace."""
        program: Program = view.program(self.program)
        rows = [read_voucher(row) for row in view.rows.get(("spent_voucher", self.purchase), ())]
        return [give_back(row, program, self.recorded_at) for row in rows if row.id in vouchers]
