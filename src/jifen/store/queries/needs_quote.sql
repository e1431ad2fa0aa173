-- Quotes by wallet and id, as they are stored.
SELECT asked.id AS asked, q.id, q.wallet, q.kind, q.merchant, q.store, q.rules, q.quoted_at, q.ends_at, q.content,
    q.used_by
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN quote q ON q.cell = asked.cell AND q.wallet = asked.wallet AND q.id = asked.id
