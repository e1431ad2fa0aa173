-- What members owe of a unit, and how many they are.
SELECT coalesce(sum(l.owed), 0)::bigint AS points, count(DISTINCT l.wallet) AS members
FROM lot l JOIN series s ON s.id = l.series
WHERE l.owed > 0 AND s.program = $1 AND s.unit = $2
