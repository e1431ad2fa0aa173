-- The latest deliveries to a webhook, of a state (NULL: of any), by wallet and number of the entry.
SELECT p.number, d.wallet, d.no, d.state, d.tries, d.status, d.detail, d.tried_at, d.next_at
FROM webhook_delivery d LEFT JOIN member p ON p.cell = d.cell AND p.wallet = d.wallet
WHERE d.program = $1 AND d.webhook = $2 AND ($3::text IS NULL OR d.state = $3)
ORDER BY coalesce(d.tried_at, d.next_at) DESC, d.wallet, d.no DESC LIMIT $4
