-- A draft is discarded, or was handed in; only at the revision that was seen.
DELETE FROM programme_draft WHERE program = $1 AND revision = $2 RETURNING revision
