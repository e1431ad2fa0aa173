-- Somebody took the list of those who meet a condition outside the ledger.
INSERT INTO eligibility_export (
    program, id, version, asked_by, asked_at, legal_opinion, purpose, minimum_points, members
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
