-- Whose quote a key or an id leads to, and what was asked.
SELECT wallet, digest FROM quote_claim WHERE cell = $1 AND id = $2
