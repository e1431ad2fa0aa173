-- The merchants of a programme.
SELECT id, code, name, charity FROM merchant WHERE program = $1 ORDER BY code
