-- Rows of some cells that belong to no wallet, wallets out of their cell or in no programme. What belongs to no
-- wallet belongs to no programme either, so it is told whatever is asked.
WITH owner AS (
    SELECT cell, id, program FROM wallet WHERE cell BETWEEN $1 AND $2
), stray AS (
    SELECT r.cell, r.wallet, 'lot ' || r.series AS place FROM lot r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
    UNION ALL
    SELECT r.cell, r.wallet, 'entry ' || r.no FROM entry r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
    UNION ALL
    SELECT r.cell, r.wallet, format('counter %s of %s', r.name, r.period) FROM counter r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
    UNION ALL
    SELECT r.cell, r.wallet, 'hold ' || r.id FROM hold r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
    UNION ALL
    SELECT r.cell, r.wallet, 'freeze case ' || r.no FROM freeze_case r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
    UNION ALL
    SELECT r.cell, r.wallet, 'head of ' || r.day FROM daily_head r
    LEFT JOIN owner o ON o.cell = r.cell AND o.id = r.wallet WHERE r.cell BETWEEN $1 AND $2 AND o.id IS NULL
), wrong AS (
    SELECT wallet, place, format('there is no such wallet in cell %s', cell) AS so, 'a wallet that holds it'
        AS expected
    FROM stray
    UNION ALL
    SELECT id, 'wallet', format('it lies in cell %s', cell),
        format('cell %s, which its id gives', get_byte(uuid_send(id), 15))
    FROM owner WHERE cell <> get_byte(uuid_send(id), 15) AND ($3::uuid IS NULL OR program = $3)
    UNION ALL
    SELECT o.id, 'wallet', format('its programme is %s', o.program), 'a programme that is there'
    FROM owner o LEFT JOIN program p ON p.id = o.program WHERE p.id IS NULL
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM owner WHERE $3::uuid IS NULL OR program = $3) counted LEFT JOIN wrong ON true
