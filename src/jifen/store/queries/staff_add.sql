-- Somebody of the staff is added.
INSERT INTO staff (program, id, merchant, store, login, name, role, password, totp, added_at, password_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
