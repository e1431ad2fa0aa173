-- A wallet by the blind index of a phone.
SELECT wallet FROM phone_index WHERE cell = $1 AND program = $2 AND blind = $3
