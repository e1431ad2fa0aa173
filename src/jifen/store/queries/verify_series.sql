-- All series, with their traits in the order in which they are hashed.
SELECT id, program, unit, issuer, funder, contract, terms, offset_points, offset_fen, matures_at, expires_at,
    idle_months, origin
FROM series WHERE $1::uuid IS NULL OR program = $1
