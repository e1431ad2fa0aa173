-- Reserve a card's number for a wallet.
INSERT INTO card_number (cell, program, number, wallet) VALUES ($1, $2, $3, $4)
