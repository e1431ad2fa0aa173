-- What a stretch of wallets has counted in periods that are over.
SELECT wallet, name, period, value FROM counter
WHERE (cell, wallet) >= ($1, $2) AND (cell, wallet) <= ($3, $4)
