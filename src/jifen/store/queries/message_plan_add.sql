-- A new version of how members are told.
INSERT INTO message_plan (program, version, valid_from, plan)
SELECT $1, coalesce(max(p.version), 0) + 1, $2, $3 FROM message_plan p WHERE p.program = $1
RETURNING version
