-- A page of a wallet's entries before a number, newest first, with their legs; of one merchant where it is given.
SELECT e.*
FROM entry e
WHERE e.cell = $1 AND e.wallet = $2 AND e.no < $3 AND ($4::uuid IS NULL OR e.merchant = $4)
ORDER BY e.no DESC LIMIT $5
