-- Counters of periods that are under way stand in the row of their wallet.

-- As JSON, {"name period": value}, without those that are 0. Under way is what has not ended before the local day of
-- the wallet's last activity; what has is in the table `counter`, and so are codes, and what is once for ever.
ALTER TABLE wallet ADD COLUMN counters text NOT NULL DEFAULT '{}';

-- Counters of before go where they belong.
WITH moved AS (
    DELETE FROM counter c
    USING wallet w JOIN program p ON p.id = w.program
    CROSS JOIN LATERAL (SELECT w.active_at AT TIME ZONE p.zone AS day) AS active
    WHERE w.cell = c.cell AND w.id = c.wallet AND (w.active_at = '1970-01-01 00:00:00+00' OR CASE
        WHEN starts_with(c.name, 'code:') THEN false
        WHEN c.period = 'ever' THEN NOT starts_with(c.name, 'once:')
        WHEN c.period ~ '^[0-9]{4}$' THEN c.period >= to_char(active.day, 'YYYY')
        WHEN c.period ~ '^[0-9]{4}-[0-9]{2}$' THEN c.period >= to_char(active.day, 'YYYY-MM')
        WHEN c.period ~ '^[0-9]{4}-W[0-9]{2}$' THEN c.period >= to_char(active.day, 'IYYY-"W"IW')
        WHEN c.period ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN c.period >= to_char(active.day, 'YYYY-MM-DD')
        ELSE false END)
    RETURNING c.cell, c.wallet, c.name, c.period, c.value
), gathered AS (
    SELECT cell, wallet, '{' || string_agg(to_json(name || ' ' || period) || ':' || value, ',' ORDER BY name, period)
        || '}' AS counters
    FROM moved WHERE value > 0 GROUP BY cell, wallet
)
UPDATE wallet w SET counters = g.counters FROM gathered g WHERE w.cell = g.cell AND w.id = g.wallet;
