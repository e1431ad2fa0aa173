-- Wait for the turn to take a root, so that two processes do not write the same day.
SELECT pg_advisory_xact_lock($1)
