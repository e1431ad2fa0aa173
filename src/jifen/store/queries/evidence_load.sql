-- The green evidence of a programme.
SELECT code, kind, body, valid_from, valid_until, withdrawn_at FROM evidence WHERE program = $1 ORDER BY code
