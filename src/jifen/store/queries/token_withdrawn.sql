-- Whether a credit token was withdrawn.
SELECT at FROM token_withdrawn
WHERE cell = get_byte(sha256(convert_to($3, 'UTF8')), 0) AND program = $1 AND authority = $2 AND token = $3
