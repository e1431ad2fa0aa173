"""What we measure against: pgbench's plainest insert and its TPC-B-like, on the same server."""

import asyncio
import re
import tempfile
from pathlib import Path

import asyncpg

from jifen.store import embedded
from jifen.store.queries import q

PLAIN = "INSERT INTO bench_plain (amount, note) VALUES (1, 'hello');\n"
SCALE = 10


class Pgbench:
    """pgbench on one database. `prepare` makes its tables."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._folder = tempfile.TemporaryDirectory(prefix="jifen-bench-")
        Path(self._folder.name).chmod(0o755)
        self._plain = Path(self._folder.name) / "plain.sql"
        self._plain.write_text(PLAIN)

    async def prepare(self) -> None:
        """Make the plain table, and TPC-B's at scale 10."""
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(q("bench_plain"))
        finally:
            await connection.close()
        await self._run("-i", "-q", "-s", str(SCALE))

    async def plain(self, *, clients: int, seconds: float) -> tuple[float, float]:
        """(transactions a second, mean latency in ms) of one-row inserts, each its own commit."""
        return _figures(await self._run("-n", "-f", str(self._plain), *_load(clients, seconds)))

    async def tpcb(self, *, clients: int, seconds: float) -> tuple[float, float]:
        """(transactions a second, mean latency in ms) of pgbench's built-in TPC-B-like."""
        return _figures(await self._run("-n", *_load(clients, seconds)))

    async def _run(self, *arguments: str) -> str:
        program = str(embedded.binaries() / "pgbench")
        process = await asyncio.create_subprocess_exec(
            program,
            *arguments,
            self._dsn,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"pgbench failed: {output.decode(errors='replace')[-2000:]}")
        return output.decode()


def _load(clients: int, seconds: float) -> list[str]:
    return ["-c", str(clients), "-j", str(min(2, clients)), "-T", str(max(1, round(seconds)))]


def _figures(output: str) -> tuple[float, float]:
    rate = re.search(r"tps = ([\d.]+)", output)
    latency = re.search(r"latency average = ([\d.]+) ms", output)
    if rate is None or latency is None:
        raise RuntimeError(f"pgbench said nothing of its rate: {output[-2000:]}")
    return float(rate[1]), float(latency[1])
