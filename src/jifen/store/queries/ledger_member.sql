-- The newest entries of a wallet below a number, of some kinds or (null) of all, and until when holds and freezes last.
SELECT e.*, coalesce(h.deadline, f.until) AS until
FROM entry e
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
WHERE e.cell = $1 AND e.wallet = $2 AND e.no < $3 AND ($5::text[] IS NULL OR e.kind::text = ANY ($5))
ORDER BY e.no DESC LIMIT $4
