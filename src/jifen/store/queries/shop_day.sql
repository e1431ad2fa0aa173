-- What happened at a merchant in a stretch of time: the entries, oldest first; of too many the newest.
SELECT * FROM (
    SELECT e.* FROM entry e
    WHERE e.recorded_at >= $2 AND e.recorded_at < $3 AND e.merchant = $1
    ORDER BY e.recorded_at DESC, e.wallet DESC, e.no DESC LIMIT $4
) AS newest ORDER BY recorded_at, wallet, no
