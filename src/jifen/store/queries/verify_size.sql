-- How much there is to prove: wallets and, since entries are numbered, their entries.
SELECT count(*) AS wallets, coalesce(sum(version), 0)::bigint AS entries
FROM wallet WHERE $1::uuid IS NULL OR program = $1
