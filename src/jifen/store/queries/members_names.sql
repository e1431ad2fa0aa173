-- What members of these numbers are called.
SELECT number, name FROM member WHERE program = $1 AND number = ANY ($2::text[])
