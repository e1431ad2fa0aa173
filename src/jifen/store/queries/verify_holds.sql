-- Each hold of some cells beside the entry that opened it, and each such entry beside its hold.
WITH opened AS (
    SELECT e.cell, e.wallet, e.no, e.id, -coalesce((
        SELECT sum(m.points) FROM movement m
        WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no AND m.account = 'held'), 0) AS points
    FROM entry e WHERE e.cell BETWEEN $1 AND $2 AND e.kind = 'hold'
), compared AS (
    SELECT wallet, h.id AS hold, o.no, h.points, o.points AS due, h.is_open, h.parts,
        (SELECT coalesce(sum(part), 0) FROM unnest(h.parts) AS part) AS left_over,
        EXISTS (SELECT FROM unnest(h.parts) AS part WHERE part <= 0) AS hollow
    FROM (SELECT h.*, h.entry AS no FROM hold h WHERE h.cell BETWEEN $1 AND $2) h
    FULL JOIN opened o USING (cell, wallet, no, id) AS k
    JOIN wallet w ON w.cell = k.cell AND w.id = k.wallet
    WHERE $3::uuid IS NULL OR w.program = $3
), wrong AS (
    SELECT wallet, 'entry ' || no AS place, 'no hold carries its number and id' AS so, 'the hold that it opened'
        AS expected
    FROM compared WHERE hold IS NULL
    UNION ALL
    SELECT wallet, 'hold ' || hold, 'no entry opened it', 'an entry of kind hold with its number and id'
    FROM compared WHERE hold IS NOT NULL AND no IS NULL
    UNION ALL
    SELECT wallet, 'hold ' || hold, format('of %s points', points), format('%s: what its entry set aside', due)
    FROM compared WHERE points <> due
    UNION ALL
    SELECT wallet, 'hold ' || hold, format('closed with %s points left', left_over), 'nothing left'
    FROM compared WHERE NOT is_open AND cardinality(parts) > 0
    UNION ALL
    SELECT wallet, 'hold ' || hold, format('open with parts of %s, %s points in all', parts, left_over),
        format('parts above 0, at most %s points in all', points)
    FROM compared WHERE is_open AND (hollow OR cardinality(parts) = 0 OR left_over > points)
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted LEFT JOIN wrong ON true
