-- Make a phone findable, blind.
INSERT INTO phone_index (cell, program, blind, wallet) VALUES ($1, $2, $3, $4)
