-- Wallets of the members of a cell, after a given one, who had joined by an instant.
SELECT m.wallet FROM member m
WHERE m.cell = $1 AND m.wallet > $2 AND m.program = $3 AND m.joined_at <= $4 ORDER BY m.wallet LIMIT $5
