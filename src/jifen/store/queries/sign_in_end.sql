-- What a phone was asked for is done; only one request is told so.
DELETE FROM sign_in WHERE cell = $1 AND id = $2 AND confirmed_at > $3 RETURNING id
