-- Sign a member, or one of the staff, out everywhere but in one place.
DELETE FROM session WHERE (wallet = $1 OR staff = $2) AND token_hash <> $3
