-- The entries of a wallet behind the one that placed an order which tell of that order, in their order.
SELECT e.* FROM entry e
WHERE e.cell = $1 AND e.wallet = $2 AND e.no > $3 AND e.kind IN ('order', 'reverse', 'compensate')
    AND strpos(e.explanation, $4) > 0
ORDER BY e.no
