-- Each merchant's year: its baskets, the points it issued and what became of them, the points it took in.
WITH baskets AS (
    SELECT merchant, count(*) AS baskets FROM entry WHERE kind = 'purchase' GROUP BY merchant
), issued AS (
    SELECT s.issuer AS merchant,
        coalesce(sum(m.points) FILTER (WHERE m.account = 'issued'), 0) AS issued,
        -coalesce(sum(m.points) FILTER (WHERE m.account = 'clawed_back'), 0) AS returned,
        -coalesce(sum(m.points) FILTER (WHERE m.account = 'expired'), 0) AS expired
    FROM movement m JOIN series s ON s.id = m.series WHERE s.program = $1 GROUP BY s.issuer
), lots AS (
    SELECT s.issuer AS merchant, sum(l.owed) AS owed, sum(l.remaining + l.held) AS outstanding
    FROM lot l JOIN series s ON s.id = l.series WHERE s.program = $1 GROUP BY s.issuer
), spent AS (
    SELECT counterparty AS merchant, -sum(points) AS spent
    FROM movement WHERE account IN ('redeemed', 'donated') GROUP BY counterparty
), everyone AS (
    SELECT id AS merchant, code FROM merchant WHERE program = $1
    UNION ALL SELECT $1, '~'
)
SELECT everyone.merchant, coalesce(baskets, 0)::bigint, coalesce(issued, 0)::bigint, coalesce(spent, 0)::bigint,
    coalesce(returned, 0)::bigint, coalesce(expired, 0)::bigint, coalesce(owed, 0)::bigint,
    coalesce(outstanding, 0)::bigint
FROM everyone
LEFT JOIN baskets USING (merchant)
LEFT JOIN issued USING (merchant)
LEFT JOIN lots USING (merchant)
LEFT JOIN spent USING (merchant)
ORDER BY everyone.code
