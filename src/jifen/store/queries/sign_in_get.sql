-- A phone that was asked for a code.
SELECT program, phone, code_until, tries, confirmed_at FROM sign_in WHERE cell = $1 AND id = $2
