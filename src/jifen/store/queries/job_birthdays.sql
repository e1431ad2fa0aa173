-- Birthdays of one month and day, solar or lunar, whose member agreed to their use and had joined by then; after a
-- given one.
SELECT b.wallet, b.ref, b.whose
FROM birthday b
JOIN wallet w ON w.cell = b.cell AND w.id = b.wallet
CROSS JOIN LATERAL (
    SELECT c.given FROM consent c WHERE c.cell = b.cell AND c.wallet = b.wallet AND c.purpose = 'birthday'
    ORDER BY c.no DESC LIMIT 1
) AS last
WHERE b.program = $1 AND b.lunar = $2 AND b.month = $3 AND b.day = $4 AND w.opened_at < $5 AND last.given
    AND (b.wallet, b.ref) > ($6, $7)
ORDER BY b.wallet, b.ref LIMIT $8
