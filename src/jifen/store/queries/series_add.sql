-- Make series known; one that another process named first is the same, since its id is the hash of its traits.
INSERT INTO series (id, program, unit, issuer, funder, contract, terms, offset_points, offset_fen, matures_at,
    expires_at, idle_months, origin)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::integer[], $7::integer[],
    $8::bigint[], $9::bigint[], $10::timestamptz[], $11::timestamptz[], $12::integer[], $13::uuid[])
ON CONFLICT ON CONSTRAINT series_key DO NOTHING
