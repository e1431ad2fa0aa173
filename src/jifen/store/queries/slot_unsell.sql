-- The places of a sale are given back.
SELECT slot_unsell($1, $2)
