-- How much log was written since the server began, and how large the database is.
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS wal, pg_database_size(current_database()) AS disk
