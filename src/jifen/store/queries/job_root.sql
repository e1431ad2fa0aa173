-- The root of a programme's day, if it was taken.
SELECT root, wallets, taken_at FROM daily_root WHERE program = $1 AND day = $2
