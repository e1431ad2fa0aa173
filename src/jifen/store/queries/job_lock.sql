-- Whether this transaction may do a job; another that does it keeps it from us until it ends.
SELECT pg_try_advisory_xact_lock($1)
