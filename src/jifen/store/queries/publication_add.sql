-- A new version of a programme in whole.
INSERT INTO publication (
    program, version, valid_from, published_at, author, approver, weight, notice_days, regulation,
    definition, definition_hash, changes, terms_zh, terms_en, terms_hash, notice_key, withdraws
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
