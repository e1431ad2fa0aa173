-- Places of a time, sold for cash: what came of it, and what is left.
SELECT verdict, rest FROM slot_sell($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
