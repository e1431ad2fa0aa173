-- Save a draft over the revision that was seen, and add who saved it to its writers.
UPDATE programme_draft
SET revision = revision + 1, files = $3, saved_by = $4, saved_at = $5,
    writers = CASE WHEN $4 = ANY (writers) THEN writers ELSE writers || $4 END
WHERE program = $1 AND revision = $2
RETURNING revision
