-- Counters of periods that are over, by name and period; one that was never advanced is 0.
SELECT asked.wallet, asked.name, asked.period, coalesce(c.value, 0) AS value
FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[]) AS asked (cell, wallet, name, period)
LEFT JOIN counter c ON c.cell = asked.cell AND c.wallet = asked.wallet AND c.name = asked.name
    AND c.period = asked.period
