-- Members who have no delivered notice of a publication: how many, and the first of them by number.
SELECT count(*) AS members, (array_agg(m.number ORDER BY m.number))[1:100] AS numbers
FROM member m
WHERE m.program = $1 AND NOT EXISTS (
    SELECT 1 FROM message t
    WHERE t.cell = m.cell AND t.wallet = m.wallet AND t.key = $2 || ':' || m.wallet AND t.state = 'delivered'
)
