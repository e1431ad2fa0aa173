-- Each freeze of some cells beside its evidence, and the end of each wallet's freeze beside its last (un)freeze.
WITH turned AS (
    SELECT e.cell, e.wallet, e.no, e.kind, row_number() OVER (PARTITION BY e.cell, e.wallet ORDER BY e.no DESC) AS nth
    FROM entry e WHERE e.cell BETWEEN $1 AND $2 AND e.kind IN ('freeze', 'unfreeze')
), evidenced AS (
    SELECT wallet, no, t.kind, c.reason
    FROM (SELECT * FROM turned WHERE kind = 'freeze') t
    FULL JOIN (SELECT * FROM freeze_case WHERE cell BETWEEN $1 AND $2) c USING (cell, wallet, no) AS k
    JOIN wallet w ON w.cell = k.cell AND w.id = k.wallet
    WHERE $3::uuid IS NULL OR w.program = $3
), ended AS (
    SELECT w.id AS wallet, w.frozen_until, t.no, t.kind, c.until
    FROM wallet w
    LEFT JOIN turned t ON t.cell = w.cell AND t.wallet = w.id AND t.nth = 1
    LEFT JOIN freeze_case c ON c.cell = w.cell AND c.wallet = w.id AND c.no = t.no AND t.kind = 'freeze'
    WHERE w.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), wrong AS (
    SELECT wallet, 'entry ' || no AS place, 'a freeze without evidence' AS so,
        'a case with its reason, evidence and notice' AS expected
    FROM evidenced WHERE reason IS NULL
    UNION ALL
    SELECT wallet, 'entry ' || no, 'a case without a freeze', 'an entry of kind freeze'
    FROM evidenced WHERE kind IS NULL
    UNION ALL
    SELECT wallet, 'wallet', format('frozen until %s', coalesce(frozen_until::text, 'never')),
        CASE WHEN no IS NULL THEN 'never: it was not frozen'
            ELSE format('%s, as entry %s says', coalesce(until::text, 'never'), no)
        END
    FROM ended WHERE frozen_until IS DISTINCT FROM until
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM evidenced) counted LEFT JOIN wrong ON true
