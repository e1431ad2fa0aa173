-- Begin a draft; where there is one already nothing is done.
INSERT INTO programme_draft (program, base, revision, files, writers, begun_at, saved_by, saved_at)
VALUES ($1, $2, 1, $3, ARRAY[$4::text], $5, $4, $5)
ON CONFLICT ON CONSTRAINT a_programme_has_one_draft DO NOTHING
RETURNING revision
