-- The phone has answered: the member is known until an instant.
UPDATE identification SET confirmed_at = $3, until = $4
WHERE cell = $1 AND id = $2 AND confirmed_at IS NULL AND wallet IS NOT NULL
