-- What was added to a stock under a key.
SELECT code, count FROM stock_addition WHERE program = $1 AND source = $2 AND key = $3
