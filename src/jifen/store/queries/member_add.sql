-- A new member.
INSERT INTO member (cell, id, program, number, wallet, phone, name, joined_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
