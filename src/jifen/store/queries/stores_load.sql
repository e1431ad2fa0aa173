-- The stores of a programme.
SELECT code, name, merchant FROM store WHERE program = $1 ORDER BY code
