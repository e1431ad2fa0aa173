-- The newest entries of a wallet below a number that moved points into its lots from some accounts, or out of
-- them to others.
SELECT e.*, coalesce(h.deadline, f.until) AS until
FROM entry e
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
WHERE e.cell = $1 AND e.wallet = $2 AND e.no < $3
    AND EXISTS (SELECT FROM json_array_elements(e.legs::json) AS l (leg)
        WHERE (l.leg ->> 2)::bigint > 0 AND l.leg ->> 1 = ANY ($5::text[])
            OR (l.leg ->> 2)::bigint < 0 AND l.leg ->> 1 = ANY ($6::text[]))
ORDER BY e.no DESC LIMIT $4
