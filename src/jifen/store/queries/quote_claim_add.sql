-- Reserve the key of a quote for a wallet; a repeat changes nothing.
INSERT INTO quote_claim (cell, id, wallet, digest) VALUES ($1, $2, $3, $4)
ON CONFLICT ON CONSTRAINT a_key_quotes_once DO NOTHING
