-- Members who brought things back at least so often within ten minutes of a stretch of time.
SELECT n.number, max(c.times) AS times, count(DISTINCT c.merchant) AS merchants
FROM (
    SELECT e.cell, e.wallet, e.merchant, count(*) OVER (PARTITION BY e.cell, e.wallet ORDER BY e.occurred_at
        RANGE BETWEEN interval '10 minutes' PRECEDING AND CURRENT ROW) AS times
    FROM entry e WHERE e.recorded_at >= $2 AND e.kind = 'return'
) c
JOIN member n ON n.cell = c.cell AND n.wallet = c.wallet
WHERE n.program = $1
GROUP BY n.number HAVING max(c.times) >= $3 ORDER BY 2 DESC, 1 LIMIT 3
