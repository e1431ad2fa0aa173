-- Use up the changing code of a member and step.
INSERT INTO code_use (cell, wallet, step, identification) VALUES ($1, $2, $3, $4)
