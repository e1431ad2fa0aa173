-- The same, of those members who dealt with a merchant in a time before.
SELECT m.wallet FROM member m
WHERE m.cell = $1 AND m.wallet > $2 AND m.program = $3 AND m.joined_at <= $4 AND EXISTS (
    SELECT FROM entry e WHERE e.cell = m.cell AND e.wallet = m.wallet AND e.merchant = $6
        AND e.occurred_at > $7 AND e.occurred_at <= $4)
ORDER BY m.wallet LIMIT $5
