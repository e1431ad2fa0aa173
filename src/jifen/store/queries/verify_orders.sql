-- Orders of wallets of some cells beside the entries that paid them, what came back of these, their last step, and
-- donations beside their entries.
WITH placed AS (
    SELECT r.cell, r.wallet, r.id, r.no, r.points, r.state, r.payers FROM redemption r
    JOIN wallet w ON w.cell = r.cell AND w.id = r.wallet
    WHERE r.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), part AS (
    SELECT o.wallet, o.id, (p.part ->> 0)::uuid AS payer, (p.part ->> 1)::integer AS no,
        (p.part ->> 2)::bigint AS points
    FROM placed o CROSS JOIN LATERAL jsonb_array_elements(o.payers) AS p (part)
), paid AS (
    SELECT part.*, e.id AS entry,
        coalesce((SELECT -sum(m.points) FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet
            AND m.entry = e.no AND m.account IN ('redeemed', 'donated')), 0) AS spent,
        coalesce((SELECT sum(m.points) FROM entry b
            JOIN movement m ON m.cell = b.cell AND m.wallet = b.wallet AND m.entry = b.no
            WHERE b.cell = e.cell AND b.wallet = e.wallet AND b.reverses = e.no AND m.account = 'redeemed'), 0) AS back
    FROM part LEFT JOIN entry e ON e.cell = get_byte(uuid_send(part.payer), 15) AND e.wallet = part.payer
        AND e.no = part.no AND e.kind IN ('redeem', 'donate', 'order')
), whole AS (
    SELECT o.*, sum(paid.points) AS named, sum(paid.back) AS back, bool_or(paid.payer = o.wallet AND paid.no = o.no) AS own
    FROM placed o LEFT JOIN paid USING (wallet, id) GROUP BY o.cell, o.wallet, o.id, o.no, o.points, o.state, o.payers
), step AS (
    SELECT DISTINCT ON (e.cell, e.wallet, e.explanation::jsonb ->> 'order')
        e.wallet, e.no, (e.explanation::jsonb ->> 'order')::uuid AS id, e.explanation::jsonb ->> 'state' AS state
    FROM entry e JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
    WHERE e.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
        AND e.kind IN ('order', 'reverse') AND e.explanation LIKE '%"step":%'
    ORDER BY e.cell, e.wallet, e.explanation::jsonb ->> 'order', e.no DESC
), given AS (
    SELECT wallet, no, d.points, e.points AS due
    FROM (SELECT d.* FROM donation d JOIN wallet w ON w.cell = d.cell AND w.id = d.wallet
        WHERE d.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)) d
    FULL JOIN (SELECT m.cell, m.wallet, m.entry AS no, -sum(m.points) AS points FROM movement m
        JOIN wallet w ON w.cell = m.cell AND w.id = m.wallet
        WHERE m.cell BETWEEN $1 AND $2 AND m.account = 'donated' AND ($3::uuid IS NULL OR w.program = $3)
        GROUP BY m.cell, m.wallet, m.entry) e USING (cell, wallet, no)
), wrong AS (
    SELECT wallet, 'order ' || id AS place, format('entry %s of wallet %s paid it', no, payer) AS so,
        'an entry with its id, of a redemption' AS expected
    FROM paid WHERE entry IS DISTINCT FROM id
    UNION ALL
    SELECT wallet, 'order ' || id, format('wallet %s paid %s points', payer, points),
        format('%s: what entry %s there spent', spent, no)
    FROM paid WHERE entry = id AND spent <> points
    UNION ALL
    SELECT wallet, 'order ' || id, format('of %s points', points), format('%s: what its payers paid', named)
    FROM whole WHERE points IS DISTINCT FROM named
    UNION ALL
    SELECT wallet, 'order ' || id, 'nobody placed it', format('its own entry %s among its payers', no)
    FROM whole WHERE own IS NOT TRUE
    UNION ALL
    SELECT wallet, 'order ' || id, format('it is %s, and %s of its %s points came back', state, back, points),
        CASE WHEN state IN ('returned', 'failed') THEN 'all of them' ELSE 'an order that has ended' END
    FROM whole WHERE points > 0 AND (state IN ('returned', 'failed') AND back <> points
        OR state IN ('placed', 'confirmed', 'fulfilled', 'disputed') AND back >= points)
    UNION ALL
    SELECT step.wallet, 'entry ' || step.no, format('a step of order %s, which is not there', step.id),
        'the order that it is of'
    FROM step WHERE NOT EXISTS (SELECT FROM redemption r
        WHERE r.cell = get_byte(uuid_send(step.wallet), 15) AND r.wallet = step.wallet AND r.id = step.id)
        AND NOT EXISTS (SELECT FROM entry e JOIN redemption r ON r.id = step.id
            WHERE e.cell = get_byte(uuid_send(step.wallet), 15) AND e.wallet = step.wallet AND e.no = step.no
                AND r.payers @> jsonb_build_array(jsonb_build_array(step.wallet)))
    UNION ALL
    SELECT o.wallet, 'order ' || o.id, format('it is %s', o.state),
        format('%s, as its last step, entry %s, says', step.state, step.no)
    FROM placed o JOIN step USING (wallet, id)
    WHERE o.state::text <> step.state AND o.state <> 'returned'
    UNION ALL
    SELECT wallet, 'entry ' || no, format('%s points are told as given', coalesce(points, 0)),
        format('%s: what it gave to charity', coalesce(due, 0))
    FROM given WHERE points IS DISTINCT FROM due
)
SELECT counted.looked, wrong.*
FROM (SELECT (SELECT count(*) FROM placed) + (SELECT count(*) FROM given) AS looked) counted LEFT JOIN wrong ON true
