-- Keep the heads of all wallets of a programme, as they are at this instant.
INSERT INTO daily_head (cell, wallet, day, version, head)
SELECT cell, id, $2, version, head FROM wallet WHERE program = $1
