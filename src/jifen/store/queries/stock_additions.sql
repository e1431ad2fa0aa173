-- What was added to a stock under keys, newest first.
SELECT source, count, added_at FROM stock_addition WHERE program = $1 AND code = $2 ORDER BY added_at DESC, key LIMIT $3
