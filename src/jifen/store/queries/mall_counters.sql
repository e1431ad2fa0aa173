-- How often members had which rewards in periods that are over for them, for the limits of all rewards at once.
SELECT c.wallet, c.name, c.period, c.value
FROM unnest($1::smallint[], $2::uuid[], $3::text[]) AS asked (cell, wallet, period)
JOIN counter c ON c.cell = asked.cell AND c.wallet = asked.wallet AND c.period = asked.period
WHERE starts_with(c.name, 'reward:')
