"""Books on paper: commands decided and posted in memory, with the real decisions and no database."""

from collections import Counter

from jifen.books.entries import Entry
from jifen.books.refusals import Refusal
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft, Plan, Receipt, entry_id
from jifen.engine.replay import receipt_of
from jifen.engine.view import Booked, View
from jifen.parties.programs import Contract, Merchant, Program, Store, Unit
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import RuleSet
from jifen.values.ids import EntryId, MerchantId, ProgramId, SeriesId, WalletId, hashed_id
from tests.engine.orders import Orders
from tests.engine.town import BEFORE, MERCHANTS, ZONE


def program(rules: RuleSet) -> Program:
    """A programme like those of the tests' towns."""
    made = ProgramId(hashed_id("program", "paper"))
    contract = Contract(1, BEFORE, 100, 90, 10, 30)
    merchants = {
        code: Merchant(MerchantId(hashed_id("merchant", code)), code, code, False, (contract,))
        for code in MERCHANTS
    }
    return Program(
        made,
        "paper",
        "paper",
        ZONE,
        None,
        1,
        {"point": Unit("point", "积分", 100, 100), "green": Unit("green", "绿色积分", 10, 100)},
        merchants,
        {merchant.id: merchant for merchant in merchants.values()},
        {code: Store(code, code, merchant) for code, merchant in merchants.items()},
        (CompiledRules(rules, 1, BEFORE, ZONE),),
    )


class Paper:
    """One wallet, and every entry that was booked in it."""

    def __init__(self, rules: RuleSet) -> None:
        self.program = program(rules)
        wallet = WalletId(hashed_id("wallet", "ann"))
        self.wallet = Wallet(wallet, 0, self.program.id, ZONE)
        self.orders = Orders(self.program, {"ann": wallet})
        self.view = View()
        self.view.wallets[wallet] = self.wallet
        self.view.programs[self.program.id] = self.program
        self.entries: dict[EntryId, Entry] = {}

    def ask(self, command: Command) -> Receipt | Refusal:
        """Decide, and post where it is granted."""
        self.view.entries = {
            entry: self._booked(entry)
            for entry in command.needs(self.program).entries
            if entry in self.entries
        }
        plan = command.decide(self.view)
        if isinstance(plan, Refusal):
            return plan
        assert isinstance(plan, Plan)
        (draft,) = plan.drafts
        return receipt_of(self._post(command, draft), replayed=False)

    def do(self, command: Command) -> Receipt:
        """What must be granted."""
        answer = self.ask(command)
        assert isinstance(answer, Receipt), answer
        return answer

    def _booked(self, entry: EntryId) -> Booked:
        first = self.entries[entry]
        return Booked(first, tuple(other for other in self.entries.values() if other.reverses == first.no))

    def _post(self, command: Command, draft: Draft) -> Entry:
        for series in draft.series:
            self.view.series[series.id] = series
        wallet = self.wallet
        wallet.post(draft.legs, self.view.series)
        for counter, count in draft.counts.items():
            wallet.counters[counter] = max(0, wallet.counters.get(counter, 0) + count)
        if draft.active_at is not None:
            wallet.active(draft.active_at)
        wallet.version += 1
        this = entry_id(command.program, command.source, command.key)
        made = self.entries[this] = Entry(
            wallet.id,
            wallet.version,
            this,
            draft.kind,
            command.source,
            command.key,
            command.occurred_at,
            command.recorded_at,
            draft.reverses,
            draft.merchant,
            draft.unit,
            wallet.balance(draft.unit, command.recorded_at),
            command.content.decode(),
            draft.explanation,
            tuple(draft.legs),
            b"",
        )
        return made

    def entry(self, key: str) -> Entry:
        """An entry by its key."""
        return self.entries[entry_id(self.program.id, "till", key)]

    def moved(self, account: str, *keys: str) -> Counter[SeriesId]:
        """Points by series that the entries of some keys moved from an account."""
        found: Counter[SeriesId] = Counter()
        for key in keys:
            for leg in self.entry(key).legs:
                if leg.account == account:
                    found[leg.series] += leg.points
        return found

    def lots(self) -> dict[SeriesId, tuple[int, int, int]]:
        """(remaining, held, owed) of the lots that are not empty."""
        return {
            series: (lot.remaining, lot.held, lot.owed)
            for series, lot in self.wallet.lots.items()
            if lot.remaining or lot.held or lot.owed
        }

    def counters(self) -> dict[tuple[str, str], int]:
        """Counters that are not 0."""
        return {counter: value for counter, value in self.wallet.counters.items() if value}
