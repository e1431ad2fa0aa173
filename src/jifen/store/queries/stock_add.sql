-- More of a scarce thing.
INSERT INTO stock (cell, id, program, code, remaining) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT stock_key DO UPDATE SET remaining = stock.remaining + excluded.remaining
