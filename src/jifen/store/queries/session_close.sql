-- Sign out.
DELETE FROM session WHERE cell = $1 AND token_hash = $2
