-- By what one of the staff signs in.
SELECT id, password, totp FROM staff WHERE login = $1
