-- Those of some wallets whose last word on a purpose was yes.
SELECT asked.wallet FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, wallet)
CROSS JOIN LATERAL (
    SELECT c.given FROM consent c
    WHERE c.cell = asked.cell AND c.wallet = asked.wallet AND c.purpose = $3 AND c.program = $4
    ORDER BY c.no DESC LIMIT 1
) AS last
WHERE last.given
