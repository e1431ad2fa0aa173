-- Take one of five tries at a login; nothing is answered while it is locked, since an instant.
INSERT INTO login_try (about, tries, tried_at) VALUES ($1, 1, $2)
ON CONFLICT ON CONSTRAINT login_try_key DO UPDATE
SET tries = CASE WHEN login_try.tries >= 5 THEN 1 ELSE login_try.tries + 1 END, tried_at = $2
WHERE login_try.tries < 5 OR login_try.tried_at <= $3
RETURNING tries
