-- Members of a programme by number, from behind one on ($3 forwards, else backwards), with what they have of a unit.
-- What is null does not matter: part of a name or beginning of a number, tier ('' none), frozen, owing.
SELECT p.*, coalesce(l.available, 0) AS available, coalesce(l.pending, 0) AS pending, coalesce(l.held, 0) AS held,
    coalesce(l.owed, 0) AS owed
FROM (
    SELECT m.cell, m.wallet, m.number, m.name, m.phone, m.joined_at, w.frozen_until, w.version,
        coalesce(nullif(w.facts, '')::jsonb -> 'standing' ->> 'tier', '') AS tier
    FROM member m
    JOIN wallet w ON w.cell = m.cell AND w.id = m.wallet
    WHERE m.program = $1
        AND CASE WHEN $3 THEN m.number > $2 ELSE m.number < $2 END
        AND ($4::text IS NULL OR position(lower($4) IN lower(m.name)) > 0 OR starts_with(lower(m.number), lower($4)))
        AND ($5::text IS NULL OR coalesce(nullif(w.facts, '')::jsonb -> 'standing' ->> 'tier', '') = $5)
        AND (NOT $6 OR w.frozen_until > $9)
        AND (NOT $7 OR EXISTS (SELECT FROM lot o WHERE o.cell = m.cell AND o.wallet = m.wallet AND o.owed > 0))
    ORDER BY CASE WHEN $3 THEN m.number END, m.number DESC LIMIT $8
) p
LEFT JOIN LATERAL (
    SELECT sum(l.remaining) FILTER (WHERE (s.matures_at IS NULL OR s.matures_at <= $9)
            AND (s.expires_at IS NULL OR s.expires_at > $9))::bigint AS available,
        sum(l.remaining) FILTER (WHERE s.matures_at > $9)::bigint AS pending,
        sum(l.held)::bigint AS held, sum(l.owed)::bigint AS owed
    FROM lot l JOIN series s ON s.id = l.series
    WHERE l.cell = p.cell AND l.wallet = p.wallet AND s.unit = $10
) l ON true
ORDER BY CASE WHEN $3 THEN p.number END, p.number DESC
