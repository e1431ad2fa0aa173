-- Give a number to a wallet.
INSERT INTO member_number (cell, program, number, wallet) VALUES ($1, $2, $3, $4)
