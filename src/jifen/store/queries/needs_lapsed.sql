-- What expired unused in some wallets and was not taken back, by series; asked by the wallet's own id.
SELECT a.id AS asked, max(e.occurred_at) FILTER (WHERE (l.leg ->> 2)::bigint < 0) AS lapsed_at,
    -sum((l.leg ->> 2)::bigint)::bigint AS points,
    s.id, s.program, s.unit, s.issuer, s.funder, s.contract, s.terms, s.offset_points, s.offset_fen, s.matures_at,
    s.expires_at, s.idle_months, s.origin
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS a (cell, wallet, id)
JOIN entry e ON e.cell = a.cell AND e.wallet = a.wallet AND e.legs LIKE '%"expired"%'
CROSS JOIN LATERAL json_array_elements(e.legs::json) AS l (leg)
JOIN series s ON s.id = (l.leg ->> 0)::uuid
WHERE l.leg ->> 1 = 'expired'
GROUP BY a.id, s.id HAVING sum((l.leg ->> 2)::bigint) < 0
