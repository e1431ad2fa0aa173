"""The alliance of the pictures: merchants, rules in two versions, and members whose books add up to them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
from litestar import Litestar
from litestar.datastructures import State

from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Receipt
from jifen.engine.engine import Engine
from jifen.engine.loading import load_wallets
from jifen.pages.links import wallet_link
from jifen.pages.routes import routes
from jifen.parties.catalog import Catalog
from jifen.parties.members import Joining, Members
from jifen.parties.programs import Contract, Program, Unit
from jifen.parties.secrets import Vault
from jifen.rules.award import Line
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate, RuleSet
from jifen.store.database import connect_pool
from jifen.values.ids import WalletId
from jifen.values.periods import CalendarYear, Rolling
from tests.engine.orders import Orders

SHANGHAI = ZoneInfo("Asia/Shanghai")
MERCHANTS = {
    "hetian": "禾田超市",
    "muyan": "沐颜美妆",
    "anchi": "安驰车服",
    "douli": "豆里早餐",
    "banpo": "半坡咖啡",
    "wangxing": "望星酒店",
}
STORES = {
    "liuhe": ("hetian", "柳河镇店"),
    "qingshi": ("hetian", "青石店"),
    "muyan1": ("muyan", "沐颜美妆"),
    "anchi1": ("anchi", "青石店"),
    "douli1": ("douli", "豆里早餐"),
    "banpo1": ("banpo", "半坡咖啡"),
    "wangxing1": ("wangxing", "望星酒店"),
}
ONE_A_YUAN = Rate(1, 100)
MONTHS_12 = Rolling(months=12, to="month_end")

FIRST_RULES = RuleSet(
    rules=(
        PerAmount(
            id="coffee",
            title="咖啡积分",
            rate=ONE_A_YUAN,
            when=Conditions(merchants=("banpo",)),
            validity=Rolling(months=6, to="month_end"),
        ),
        PerAmount(id="goods", title="基础积分", rate=ONE_A_YUAN, when=Conditions(merchants=("hetian",))),
        PerAmount(
            id="hotel",
            title="住店积分",
            rate=ONE_A_YUAN,
            when=Conditions(merchants=("wangxing",)),
            validity=MONTHS_12,
        ),
    ),
    validity=CalendarYear(after=0),
    own_points_first=True,
)
OF_HETIAN = ("hetian",)
RULES = RuleSet(
    rules=(
        PerAmount(
            id="base",
            title="基础积分",
            rate=ONE_A_YUAN,
            rates={"TOBACCO": Rate(0, 1)},
            when=Conditions(merchants=("hetian", "muyan", "anchi", "douli", "banpo")),
        ),
        PerAmount(
            id="hotel",
            title="住店积分",
            rate=ONE_A_YUAN,
            when=Conditions(merchants=("wangxing",)),
            validity=MONTHS_12,
            pending_days=14,
        ),
        Multiplier(
            id="market",
            title="周六集市双倍",
            factor="2",
            of=("base",),
            when=Conditions(stores=("liuhe",), weekdays=(6,), minimum_fen=10_000),
            caps=(Cap(300, "day"),),
        ),
        Multiplier(
            id="autumn", title="秋收加成", factor="1.1", of=("base",), when=Conditions(merchants=OF_HETIAN)
        ),
        Flat(
            id="big",
            title="满 ¥200.00 加赠 50",
            points=50,
            when=Conditions(merchants=OF_HETIAN, minimum_fen=20_000),
        ),
        Flat(
            id="welcome",
            title="首单礼",
            points=100,
            once="ever",
            funder="operator",
            when=Conditions(merchants=OF_HETIAN),
        ),
        Flat(id="organic", title="有机加赠", points=20, tags=("有机",), when=Conditions(merchants=OF_HETIAN)),
        Flat(id="stamp", title="早餐印花", points=1, unit="stamp", when=Conditions(merchants=("douli",))),
        Flat(id="lecture", title="听一堂课", points=30, acts=("lecture",), funder="operator"),
    ),
    validity=CalendarYear(after=1),
    own_points_first=True,
)
BASKET = (
    Line("五常大米 10 千克", "GRAIN", 1, 8_990),
    Line("菜籽油 5 升", "OIL", 1, 6_850),
    Line("小白菜", "PRODUCE", 3, 1_200),
    Line("洗衣液 2 千克", "HOUSEHOLD", 1, 1_600),
)


def at(month: int, day: int, clock: str = "10:00", year: int = 2026) -> datetime:
    """A time in the alliance's zone."""
    hour, minute = clock.split(":")
    return datetime(year, month, day, int(hour), int(minute), tzinfo=SHANGHAI).astimezone(UTC)


NOW = at(11, 21, "11:10")
"""Saturday, when the pictures were taken."""


class Alliance:
    """A running alliance: its books can be written through the engine, and its pages asked for."""

    def __init__(
        self, dsn: str, pool: asyncpg.Pool, catalog: Catalog, engine: Engine, program: Program
    ) -> None:
        self.dsn = dsn
        self.pool = pool
        self.catalog = catalog
        self.engine = engine
        self.vault = Vault(b"a secret that is for tests only!"[:32])
        self.members = Members(pool, self.vault)
        self.program = program
        self.wallets: dict[str, WalletId] = {}
        self.orders = Orders(program, self.wallets)
        self.app_state = State(
            {"pool": pool, "catalog": catalog, "members": self.members, "vault": self.vault}, deep_copy=False
        )
        self.app = Litestar(routes(), state=self.app_state, openapi_config=None, logging_config=None)
        """An application with nothing but the pages."""

    def client(self) -> httpx.AsyncClient:
        """Asks the application without a network."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://jifen.test")

    def link(self, who: str, days: int = 30) -> str:
        """The path of a member's wallet, good for so many days from now."""
        return wallet_link(self.vault, self.wallets[who], datetime.now(UTC) + timedelta(days=days))

    async def enrol(self, who: str, name: str = "", phone: str | None = None) -> None:
        """Enrol a member under a short name."""
        joining = Joining(who, name, phone)
        self.wallets[who] = await self.members.enrol(self.program.id, joining, at(3, 6))

    async def do(self, *commands: Command) -> list[Receipt]:
        """Do what must be granted, in order."""
        receipts = []
        for command in commands:
            answer = await self.engine.submit(command)
            assert isinstance(answer, Receipt), answer
            receipts.append(answer)
        return receipts

    async def receipts(self, commands: Sequence[Command]) -> None:
        """Do many at once."""
        for answer in await self.engine.submit_all(commands):
            assert isinstance(answer, Receipt), answer

    async def wallet(self, who: str) -> Wallet:
        """The books' own view of a wallet."""
        async with self.pool.acquire() as conn:
            found = await load_wallets(conn, [self.wallets[who]], {self.program.id: self.program}, {})
        return found[self.wallets[who]]

    async def entries(self, who: str) -> list[asyncpg.Record]:
        """The entries of a wallet as stored, newest first."""
        rows: list[asyncpg.Record] = await self.pool.fetch(
            "SELECT * FROM entry WHERE wallet = $1 ORDER BY no DESC", self.wallets[who]
        )
        return rows


async def found(catalog: Catalog, name: str = "青禾联盟") -> Program:
    """Found the alliance, with its clock at the pictures' moment."""
    long_ago = at(1, 1, year=2024)
    program = (await catalog.add_program("qinghe", name, "Asia/Shanghai", long_ago)).id
    await catalog.add_unit(program, Unit("point", "积分", 100, 100))
    await catalog.add_unit(program, Unit("stamp", "印花", 1, 0))
    for code, title in MERCHANTS.items():
        merchant = (await catalog.add_merchant(program, code, title, long_ago)).merchants[code]
        await catalog.add_contract(program, merchant.id, Contract(1, long_ago, 100, 90, 10, 30))
    merchants = (await catalog.add_merchant(program, "school", "山里小学", long_ago, charity=True)).merchants
    for code, (owner, title) in STORES.items():
        await catalog.add_store(program, merchants[owner].id, code, title)
    await catalog.publish(program, FIRST_RULES, at(1, 1), at(1, 1))
    await catalog.publish(program, RULES, at(7, 1), at(7, 1))
    return await catalog.set_clock(program, NOW)


@asynccontextmanager
async def alliance(dsn: str, **options: Any) -> AsyncIterator[Alliance]:
    """The alliance in a fresh database."""
    pool = await connect_pool(dsn, size=4)
    catalog = Catalog(pool)
    engine = Engine(pool, catalog)
    try:
        yield Alliance(dsn, pool, catalog, engine, await found(catalog, **options))
    finally:
        await engine.close()
        await pool.close()


async def lin(town: Alliance) -> None:
    """林小满 of the pictures: 12,860 available, 320 pending, 1,500 held, 60 owed on 21 November."""
    await town.enrol("lin", "林小满", "19900000012")
    order = town.orders
    await town.do(
        order.purchase("l1", "lin", at(5, 10, "15:20"), store="banpo1", amount=390_000),
        order.purchase("l2", "lin", at(5, 20, "18:05"), store="qingshi", amount=616_000),
        order.purchase("l3", "lin", at(6, 3, "11:30"), store="wangxing1", amount=550_000),
        order.purchase("l4", "lin", at(9, 9, "17:48"), store="qingshi", amount=313_950),
        order.redeem("l5", "lin", at(10, 5, "16:02"), points=4_000, merchant="hetian"),
        order.purchase("l6", "lin", at(11, 2, "13:15"), store="muyan1", amount=26_000),
        order.redeem("l7", "lin", at(11, 10, "19:40"), points=60, merchant="muyan"),
        order.purchase("l8", "lin", at(11, 14, "20:10"), store="wangxing1", amount=32_000),
        order.redeem("l9", "lin", at(11, 18, "12:41"), points=1_200, merchant="banpo"),
        order.purchase("l10", "lin", at(11, 19, "08:06"), store="douli1", amount=800),
        order.reserve(
            "l11", "lin", at(11, 20, "19:32"), points=1_500, merchant="anchi", deadline=at(11, 23, "18:00")
        ),
        order.purchase("l12", "lin", at(11, 21, "10:24"), store="liuhe", lines=BASKET),
        order.give_back("l13", "lin", at(11, 21, "11:05"), of="l6"),
    )
