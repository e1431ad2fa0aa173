-- The rules of a programme, oldest first.
SELECT version, valid_from, definition FROM rule_set WHERE program = $1 ORDER BY version
