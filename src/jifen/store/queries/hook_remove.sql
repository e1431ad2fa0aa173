-- Remove a hook in; its code stays taken.
UPDATE hook SET removed_at = $3 WHERE program = $1 AND code = $2 AND removed_at IS NULL RETURNING code
