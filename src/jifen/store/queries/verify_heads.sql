-- Each daily head of some cells beside the hash of that entry of its wallet, and beside the day's root.
WITH compared AS (
    SELECT h.wallet, h.day, h.version, h.head, e.hash, r.root
    FROM daily_head h
    JOIN wallet w ON w.cell = h.cell AND w.id = h.wallet
    LEFT JOIN entry e ON e.cell = h.cell AND e.wallet = h.wallet AND e.no = h.version
    LEFT JOIN daily_root r ON r.program = w.program AND r.day = h.day
    WHERE h.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), wrong AS (
    SELECT wallet, 'head of ' || day AS place,
        format('%s at version %s', coalesce(nullif(encode(head, 'hex'), ''), 'empty'), version) AS so,
        format('%s: the hash of entry %s', coalesce(encode(hash, 'hex'), 'empty'), version) AS expected
    FROM compared WHERE head <> coalesce(hash, ''::bytea) OR (hash IS NULL) <> (version = 0)
    UNION ALL
    SELECT wallet, 'head of ' || day, 'the day has no root', 'a root over all heads of the day'
    FROM compared WHERE root IS NULL
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted LEFT JOIN wrong ON true
