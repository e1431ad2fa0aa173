-- The contracts of a programme's merchants, oldest first.
SELECT merchant, version, valid_from, issue_fen_per_100, reimburse_fen_per_100, fee_permille, payment_days
FROM contract WHERE program = $1 ORDER BY merchant, valid_from, version
