-- All published versions of a programme, oldest first.
SELECT version, valid_from, published_at, author, approver, weight, notice_days, regulation, definition,
    definition_hash, changes, terms_zh, terms_en, terms_hash, notice_key, withdraws
FROM publication WHERE program = $1 ORDER BY version
