-- Which server this is, and how much it holds.
SELECT current_setting('server_version') AS version, pg_size_pretty(pg_database_size(current_database())) AS size,
    (SELECT max(number) FROM schema_migration) AS schema
