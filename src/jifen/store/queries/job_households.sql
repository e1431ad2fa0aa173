-- The pools of a programme's households, each with the wallets of those who share it.
SELECT p.id AS pool, m.id AS wallet FROM wallet p JOIN wallet m ON m.household = p.household AND NOT m.pool
WHERE p.program = $1 AND p.pool ORDER BY p.id, m.id
