-- The wallet to which a card's number leads.
SELECT wallet FROM card_number WHERE cell = $1 AND program = $2 AND number = $3
