-- How often members had which rewards in some periods, for the limits of all rewards at once.
SELECT c.wallet, c.name, c.period, c.value
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, wallet)
JOIN counter c ON c.cell = asked.cell AND c.wallet = asked.wallet
WHERE c.period = ANY ($3::text[]) AND starts_with(c.name, 'reward:')
