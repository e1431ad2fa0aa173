-- The places of a time, made or brought to the capacity that holds now.
SELECT slot_ensure($1, $2, $3, $4, $5, $6, $7)
