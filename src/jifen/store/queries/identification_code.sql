-- The hash of the code by which an identification was confirmed.
SELECT code_hash FROM identification WHERE cell = $1 AND id = $2 AND confirmed_at IS NOT NULL
