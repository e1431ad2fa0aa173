-- Set how a member can be reached beside the phone, all of it.
INSERT INTO contact (cell, wallet, program, language, email, push, wechat, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT contact_key DO UPDATE SET language = excluded.language, email = excluded.email,
    push = excluded.push, wechat = excluded.wechat, changed_at = excluded.changed_at
