-- Who may sign credit tokens in a programme.
SELECT code, name, key, grants FROM authority WHERE program = $1 ORDER BY code
