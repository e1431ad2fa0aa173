-- The purchases of a wallet since an instant, and what took of them back, oldest first; of a longer history the newest.
SELECT * FROM (
    SELECT e.*, NULL::timestamptz AS until
    FROM entry e
    WHERE e.cell = $1 AND e.wallet = $2 AND e.occurred_at >= $3 AND e.kind IN ('purchase', 'return')
    ORDER BY e.no DESC LIMIT $4
) AS newest ORDER BY no
