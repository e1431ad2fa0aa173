-- An identification.
SELECT id, merchant, wallet, how, asked, made_at, code_until, tries, confirmed_at, until FROM identification
WHERE cell = $1 AND id = $2 AND program = $3
