"""The schema follows its files: `migrate` brings it up to date, `status` and `drift` only look."""

from jifen.store.migrate.apply import Limits, Report, Status, migrate, status
from jifen.store.migrate.compare import drift, with_database
from jifen.store.migrate.files import MIGRATIONS, ROUTINES

__all__ = [
    "MIGRATIONS",
    "ROUTINES",
    "Limits",
    "Report",
    "Status",
    "drift",
    "migrate",
    "status",
    "with_database",
]
