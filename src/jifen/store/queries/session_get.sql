-- Whose session a token opens, with whoever of the staff it is.
SELECT s.token_hash, s.program, s.wallet, s.number, s.device, s.started_at, s.seen_at, s.ends_at,
    f.id, f.program, f.merchant, f.store, f.login, f.name, f.role, f.disabled_at IS NOT NULL, f.totp IS NOT NULL
FROM session s LEFT JOIN staff f ON f.id = s.staff WHERE s.cell = $1 AND s.token_hash = $2
