-- Who reports to a programme: its keys by their labels, and whoever recorded something since an instant.
SELECT label AS source FROM api_key WHERE program = $1
UNION SELECT e.source FROM entry e JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
WHERE e.recorded_at >= $2 AND w.program = $1
