-- A hook in that is in use: whose it is, and its sealed secret.
SELECT program, merchant, secret FROM hook WHERE code = $1 AND removed_at IS NULL
