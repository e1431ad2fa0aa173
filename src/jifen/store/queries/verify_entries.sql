-- The entries of a stretch of wallets in order, each with its legs and the claim of its id. (The limit keeps the
-- claims from being read as a whole for each stretch.)
SELECT e.wallet, e.no, e.reverses, e.id, e.kind::text AS kind, e.occurred_at, e.recorded_at, e.available, e.pending,
    e.held, e.owed, e.merchant, e.unit, e.source, e.key, e.event, e.explanation, e.legs, e.hash,
    claimed.wallet AS claim_wallet, claimed.no AS claim_no, claimed.digest
FROM entry e
LEFT JOIN LATERAL (
    SELECT c.wallet, c.no, c.digest FROM claim c
    WHERE c.cell = get_byte(uuid_send(e.id), 15)::smallint AND c.id = e.id LIMIT 1
) claimed ON true
WHERE (e.cell, e.wallet) >= ($1, $2) AND (e.cell, e.wallet) <= ($3, $4)
ORDER BY e.cell, e.wallet, e.no
