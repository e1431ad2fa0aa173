"""What the server is told on its command line: tuned for a ledger, durable to the last commit."""

import sys
from collections.abc import Mapping

from jifen.store.embedded.places import PORT, Place
from jifen.store.errors import SettingRefused

DEFAULTS: Mapping[str, str] = {
    # A commit that was answered is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Memory: modest, since tills, pages and jobs share the machine.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    # Few and spread checkpoints: after each, the first change of a page costs a whole page of WAL.
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    # The wheel is built without lz4 and zstd.
    "wal_compression": "pglz",
    # Compiling pays for long queries only.
    "jit": "off",
    "random_page_cost": "1.1",
    # Wallets are updated all day; a fifth of a large table is too much to wait for.
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # A forgotten transaction would keep every dead row of the day.
    "idle_in_transaction_session_timeout": "10min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # One file per day of the week, begun anew a week later: `data/log` never grows beyond a week.
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %a ",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
    "log_temp_files": "64MB",
}
"""Every one of them may be overridden by `settings` of `ensure`; they hold from the server's next start."""

OURS = frozenset(
    {
        "cluster_name",
        "config_file",
        "data_directory",
        "external_pid_file",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "port",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
    }
)
"""What makes the server findable and private, and is therefore not for others to set."""


def options(place: Place, settings: Mapping[str, str]) -> list[str]:
    """The command line of `postgres` after its name. SettingRefused where one of OURS is asked for."""
    refused = OURS.intersection(key.lower() for key in settings)
    if refused:
        raise SettingRefused(
            f"{', '.join(sorted(refused))} is decided by the supervisor",
            "it was asked for as a setting",
            "leave it out, or run a PostgreSQL of your own and set DATABASE_URL",
        )
    portable = {"wal_sync_method": "fsync_writethrough"} if sys.platform == "darwin" else {}
    identity = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "cluster_name": place.cluster_name,
    }
    chosen = {**DEFAULTS, **portable, **settings, **identity}
    line = ["-D", str(place.data), "-k", str(place.socket), "-p", str(PORT)]
    for key, value in chosen.items():
        line += ["-c", f"{key}={value}"]
    return line
