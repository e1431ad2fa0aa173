-- New rules.
INSERT INTO rule_set (program, version, valid_from, published_at, definition) VALUES ($1, $2, $3, $4, $5)
