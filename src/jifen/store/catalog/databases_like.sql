-- Scratch databases that an earlier check was killed over.
SELECT quote_ident(datname) AS name FROM pg_database WHERE starts_with(datname, $1)
