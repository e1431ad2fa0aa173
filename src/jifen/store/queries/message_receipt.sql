-- Take in a provider's receipt; whether its attempt is known.
SELECT message_receipt($1, $2, $3, $4, $5, $6, $7)
