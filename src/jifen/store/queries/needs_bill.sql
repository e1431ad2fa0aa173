-- Bills by wallet and id, as they are stored.
SELECT asked.id AS asked, b.id, b.wallet, b.no, b.merchant, b.store, b.quote, b.unit, b.points, b.rules, b.at,
    b.opened_at, b.deadline, b.content, b.state::text AS state, b.closed_by, b.closed_at
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN bill b ON b.cell = asked.cell AND b.wallet = asked.wallet AND b.id = asked.id
