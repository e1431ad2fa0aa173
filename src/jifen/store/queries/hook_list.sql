-- A programme's hooks in.
SELECT code, merchant, added_at FROM hook WHERE program = $1 AND removed_at IS NULL ORDER BY code
