-- The newest version of how members are told.
SELECT version, valid_from, plan FROM message_plan WHERE program = $1 ORDER BY version DESC LIMIT 1
