"""What can go wrong between us and PostgreSQL: what is so, what was asked, what to do."""

from typing import ClassVar


class StoreError(Exception):
    """The root of all errors here. `code` is stable, `status` is for HTTP, `retry` says if waiting helps."""

    code: ClassVar[str] = "store_failed"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(self, so: str, asked: str, do: str) -> None:
        """Three clauses: what is so, what was asked, what to do now."""
        super().__init__(so, asked, do)
        self.so = so
        self.asked = asked
        self.do = do

    def __str__(self) -> str:
        return f"{self.so}; {self.asked}; {self.do}"


class ServerError(StoreError):
    """The server that comes along does not do what it should."""

    code = "server_failed"
    status = 503


class BinariesMissing(ServerError):
    """There are no PostgreSQL programs that may be run here."""

    code = "server_binaries_missing"


class NoPlaceForData(ServerError):
    """The user who runs the server cannot reach any folder that would outlive a restart of the machine."""

    code = "server_has_no_place"


class DataOfAnotherUser(ServerError):
    """The data folder belongs to another user of this machine."""

    code = "server_data_of_another_user"


class DataOfAnotherVersion(ServerError):
    """The data folder was made by another major version of PostgreSQL."""

    code = "server_data_of_another_version"


class DataUnknown(ServerError):
    """The data folder holds something that is not a database."""

    code = "server_data_unknown"


class SettingRefused(ServerError):
    """A setting was asked for that the supervisor itself decides."""

    code = "server_setting_refused"


class FolderBusy(ServerError):
    """Another process has been starting or stopping this very server for too long."""

    code = "server_folder_busy"
    retry = True


class OrphansRemain(ServerError):
    """The server is gone, but processes of it still work on the data."""

    code = "server_orphans_remain"
    retry = True


class ServerSilent(ServerError):
    """The server runs, but does not answer."""

    code = "server_silent"
    retry = True


class ServerDidNotStart(ServerError):
    """The server was started and ended at once, or could not be prepared."""

    code = "server_did_not_start"


class ServerDidNotStop(ServerError):
    """The server was asked to stop and goes on."""

    code = "server_did_not_stop"
    retry = True


class DatabaseUrlInvalid(StoreError):
    """DATABASE_URL cannot be understood."""

    code = "database_url_invalid"


class DatabaseUnreachable(StoreError):
    """No connection could be made."""

    code = "database_unreachable"
    status = 503
    retry = True


class DatabaseTooOld(StoreError):
    """The server is older than what the SQL here asks for."""

    code = "database_too_old"


class MigrationError(StoreError):
    """The schema cannot be brought up to date."""

    code = "migration_failed"


class MigrationFileInvalid(MigrationError):
    """A file of migrations or routines is not what its folder asks for."""

    code = "migration_file_invalid"


class MigrationChanged(MigrationError):
    """A migration that was applied has another text now."""

    code = "migration_changed"


class MigrationMissing(MigrationError):
    """A migration that was applied is not among the files."""

    code = "migration_missing"


class MigrationRefused(MigrationError):
    """PostgreSQL refused a migration or a routine; nothing of it was kept."""

    code = "migration_refused"


class MigrationBusy(MigrationError):
    """Another process is migrating, or a table is in use for longer than we may wait."""

    code = "migration_busy"
    status = 503
    retry = True


class ScratchRefused(MigrationError):
    """The fresh database that a drift check compares with cannot be made."""

    code = "scratch_database_refused"


class QueryError(StoreError):
    """A named query is not there, or is not what its folder asks for."""

    code = "query_invalid"


class QueryUnknown(QueryError):
    """No query has this name."""

    code = "query_unknown"


class BackupError(StoreError):
    """A backup could not be written or read."""

    code = "backup_failed"


class BackupUnreadable(BackupError):
    """The file is not a backup that this version can read."""

    code = "backup_unreadable"


class ClientTooOld(BackupError):
    """The programs that write and read backups are older than the server."""

    code = "backup_client_too_old"


class RestoreRefused(BackupError):
    """The database to restore into is not empty."""

    code = "restore_into_non_empty"
    status = 409
