"""PostgreSQL: the server that comes along, connections, migrations, named queries, backups."""
