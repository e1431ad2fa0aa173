-- Each claim of some cells beside the entry that it points at. (The entries' side is read with their chains.)
WITH compared AS (
    SELECT c.cell, c.wallet, c.id, c.no, e.id AS found
    FROM claim c
    LEFT JOIN wallet w ON w.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND w.id = c.wallet
    LEFT JOIN entry e ON e.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND e.wallet = c.wallet AND e.no = c.no
    WHERE c.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.id IS NULL OR w.program = $3)
), wrong AS (
    SELECT wallet, 'claim ' || id AS place,
        format('it points at entry %s, %s', no, coalesce('whose id is ' || found, 'which is not there')) AS so,
        'an entry with the claim''s own id' AS expected
    FROM compared WHERE found IS DISTINCT FROM id
    UNION ALL
    SELECT wallet, 'claim ' || id, format('it lies in cell %s', cell),
        format('cell %s, which its id gives', get_byte(uuid_send(id), 15))
    FROM compared WHERE cell <> get_byte(uuid_send(id), 15)
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted LEFT JOIN wrong ON true
