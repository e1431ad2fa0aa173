-- Put wallets that have no household into one, with what decisions read of it; for imports, before anybody is
-- served: a wallet's version grows with no entry, so it does not change.
UPDATE wallet w SET household = $3,
    facts = (coalesce(nullif(w.facts, ''), '{}')::jsonb || jsonb_build_object('household', $5::jsonb))::text
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
WHERE w.cell = asked.cell AND w.id = asked.id AND w.household IS NULL AND NOT w.pool AND w.program = $4
RETURNING w.id
