-- Open a wallet. Of a member rules read since when: the day in the programme's zone, and the inviter's wallet.
INSERT INTO wallet (cell, id, program, household, pool, opened_at, facts)
SELECT $1, $2, p.id, $4, $5, $6, CASE WHEN $5 THEN '' ELSE
    '{"joined":"' || to_char($6::timestamptz AT TIME ZONE p.zone, 'YYYY-MM-DD')
    || CASE WHEN $7::uuid IS NULL THEN '"}' ELSE '","inviter":"' || $7::uuid || '"}' END END
FROM program p WHERE p.id = $3
