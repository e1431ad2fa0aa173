-- Note what is added to a stock under a key; nothing is answered where that key added something already.
INSERT INTO stock_addition (program, source, key, code, count, added_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT stock_is_added_once_for_a_key DO NOTHING
RETURNING code
