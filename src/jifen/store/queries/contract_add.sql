-- A contract from an instant on.
INSERT INTO contract (program, merchant, version, valid_from, issue_fen_per_100, reimburse_fen_per_100, fee_permille,
    payment_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
