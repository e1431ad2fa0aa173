-- Bills of wallets of some cells beside the entries that opened and closed them, and used quotes beside what used
-- them.
WITH bills AS (
    SELECT b.*, o.kind AS opened, c.kind AS ended,
        coalesce((SELECT -sum(m.points) FROM movement m WHERE m.cell = b.cell AND m.wallet = b.wallet
            AND m.entry = b.no AND m.account = 'held'), 0) AS held
    FROM bill b JOIN wallet w ON w.cell = b.cell AND w.id = b.wallet
    LEFT JOIN entry o ON o.cell = b.cell AND o.wallet = b.wallet AND o.no = b.no AND o.id = b.id
    LEFT JOIN entry c ON c.cell = b.cell AND c.wallet = b.wallet AND c.id = b.closed_by
    WHERE b.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), paid AS (
    -- Of a bill without the network there is no row but its purchase, which names itself.
    SELECT e.cell, e.wallet, e.no, e.id, (e.event::jsonb #>> '{tenders,bill}')::uuid AS bill
    FROM entry e JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
    WHERE e.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
        AND e.kind = 'purchase' AND e.event LIKE '%"tenders":%'
), quotes AS (
    SELECT q.cell, q.wallet, q.id, q.kind, q.used_by FROM quote q
    JOIN wallet w ON w.cell = q.cell AND w.id = q.wallet
    WHERE q.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), used AS (
    SELECT cell, wallet, quote AS id, id AS used_by FROM bills WHERE quote IS NOT NULL AND state <> 'void'
    UNION ALL
    SELECT r.cell, r.wallet, r.quote, r.id FROM redemption r JOIN wallet w ON w.cell = r.cell AND w.id = r.wallet
    WHERE r.cell BETWEEN $1 AND $2 AND r.quote IS NOT NULL AND ($3::uuid IS NULL OR w.program = $3)
), wrong AS (
    SELECT wallet, 'bill ' || id AS place, 'no entry opened it' AS so,
        'an entry of kind hold or bill with its number and id' AS expected
    FROM bills WHERE opened IS NULL OR opened::text NOT IN ('hold', 'bill')
    UNION ALL
    SELECT wallet, 'bill ' || id, format('of %s points', points), format('%s: what its entry set aside', held)
    FROM bills WHERE points <> held AND opened IS NOT NULL
    UNION ALL
    SELECT wallet, 'bill ' || id, format('%s by entry %s, which is %s', state, closed_by,
        coalesce(ended::text, 'not there')), CASE state WHEN 'captured' THEN 'a purchase' ELSE 'a bill or a release' END
    FROM bills WHERE state = 'captured' AND ended IS DISTINCT FROM 'purchase'
        OR state = 'void' AND (ended IS NULL OR ended::text NOT IN ('bill', 'release', 'lapse'))
    UNION ALL
    SELECT p.wallet, 'entry ' || p.no, format('it pays bill %s', p.bill), 'that bill, closed by it'
    FROM paid p WHERE p.bill <> p.id AND NOT EXISTS (SELECT FROM bills b
        WHERE b.cell = p.cell AND b.wallet = p.wallet AND b.id = p.bill AND b.closed_by = p.id)
    UNION ALL
    SELECT q.wallet, 'quote ' || q.id, format('used by %s', q.used_by), 'a bill or an order that names it'
    FROM quotes q WHERE q.used_by IS NOT NULL AND NOT EXISTS (SELECT FROM used u
        WHERE u.cell = q.cell AND u.wallet = q.wallet AND u.id = q.id AND u.used_by = q.used_by)
    UNION ALL
    SELECT u.wallet, 'quote ' || u.id, format('%s names it', u.used_by),
        format('that it is used by it, not by %s', coalesce(q.used_by::text, 'nothing'))
    FROM used u LEFT JOIN quotes q USING (cell, wallet, id)
    WHERE q.used_by IS DISTINCT FROM u.used_by
)
SELECT counted.looked, wrong.*
FROM (SELECT (SELECT count(*) FROM bills) + (SELECT count(*) FROM quotes) AS looked) counted LEFT JOIN wrong ON true
