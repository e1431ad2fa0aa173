-- The first purchases of a wallet.
SELECT id FROM entry WHERE cell = $1 AND wallet = $2 AND kind = 'purchase' ORDER BY no LIMIT $3
