-- A quote of a programme, by its wallet and id.
SELECT id, wallet, kind, merchant, store, rules, quoted_at, ends_at, content, used_by, answer
FROM quote WHERE cell = $1 AND wallet = $2 AND id = $3 AND program = $4
