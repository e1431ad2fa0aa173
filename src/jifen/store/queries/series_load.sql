-- Series by id.
SELECT id, program, unit, issuer, funder, contract, terms, offset_points, offset_fen, matures_at, expires_at,
    idle_months, origin
FROM series WHERE id = ANY($1::uuid[])
