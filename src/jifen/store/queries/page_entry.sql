-- One entry of a wallet, the one it takes back, and all that take either back, with their legs, newest first.
SELECT e.*, coalesce(h.deadline, f.until) AS until,
    f.reason
FROM entry e
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
WHERE e.cell = $1 AND e.wallet = $2 AND (e.no = $3 OR e.reverses = $3
    OR (SELECT o.reverses FROM entry o WHERE o.cell = $1 AND o.wallet = $2 AND o.no = $3) IN (e.no, e.reverses))
ORDER BY e.no DESC
