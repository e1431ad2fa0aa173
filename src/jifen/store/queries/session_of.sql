-- Where a member, or one of the staff, is signed in, the last seen first.
SELECT s.token_hash, s.program, s.wallet, s.number, s.device, s.started_at, s.seen_at, s.ends_at,
    f.id, f.program, f.merchant, f.store, f.login, f.name, f.role, f.disabled_at IS NOT NULL, f.totp IS NOT NULL
FROM session s LEFT JOIN staff f ON f.id = s.staff
WHERE (s.wallet = $1 OR s.staff = $2) AND s.seen_at > $3 AND s.ends_at > $4 ORDER BY s.seen_at DESC
