-- Members of a cell whose last word on a purpose was yes, after a given one.
SELECT m.wallet
FROM member m
CROSS JOIN LATERAL (
    SELECT c.given FROM consent c WHERE c.cell = m.cell AND c.wallet = m.wallet AND c.purpose = $3
    ORDER BY c.no DESC LIMIT 1
) AS last
WHERE m.cell = $1 AND m.program = $2 AND last.given AND m.wallet > $4
ORDER BY m.wallet LIMIT $5
