-- All rules ever published.
SELECT program, version, definition FROM rule_set WHERE $1::uuid IS NULL OR program = $1
