-- The root of a programme's day.
INSERT INTO daily_root (program, day, root, wallets, taken_at) VALUES ($1, $2, $3, $4, $5)
