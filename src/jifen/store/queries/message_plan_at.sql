-- How members are told at an instant.
SELECT version, valid_from, plan FROM message_plan WHERE program = $1 AND valid_from <= $2
ORDER BY version DESC LIMIT 1
