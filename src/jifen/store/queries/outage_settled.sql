-- When the outages of a programme were settled.
SELECT id, settled_at FROM outage WHERE program = $1 AND settled_at IS NOT NULL
