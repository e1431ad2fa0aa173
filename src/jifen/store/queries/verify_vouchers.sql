-- Vouchers of wallets of some cells beside the orders that gave them, the bills that used them, and their codes.
WITH vouchers AS (
    SELECT v.*, r.id AS of, r.no AS placed, r.state AS order_state, coalesce(v.id = ANY (r.vouchers), false) AS named,
        b.state AS bill_state, coalesce(b.content::jsonb -> 'vouchers' @> jsonb_build_array(jsonb_build_array(v.id)), false)
            AS in_bill
    FROM voucher v JOIN wallet w ON w.cell = v.cell AND w.id = v.wallet
    LEFT JOIN redemption r ON r.cell = v.cell AND r.wallet = v.wallet AND r.id = v.redemption
    LEFT JOIN bill b ON b.cell = v.cell AND b.wallet = v.wallet AND b.id = v.bill
    WHERE v.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3)
), paid AS (
    SELECT b.cell, b.wallet, b.id AS bill, (slip.one ->> 0)::uuid AS id
    FROM bill b JOIN wallet w ON w.cell = b.cell AND w.id = b.wallet
    JOIN entry c ON c.cell = b.cell AND c.wallet = b.wallet AND c.id = b.closed_by
    CROSS JOIN LATERAL jsonb_array_elements(b.content::jsonb -> 'vouchers') AS slip (one)
    WHERE b.cell BETWEEN $1 AND $2 AND b.state = 'captured' AND ($3::uuid IS NULL OR w.program = $3)
        AND NOT EXISTS (SELECT FROM entry back
            WHERE back.cell = c.cell AND back.wallet = c.wallet AND back.reverses = c.no AND back.kind = 'return')
), codes AS (
    SELECT c.wallet, c.voucher AS id, count(*) AS codes FROM voucher_code c JOIN vouchers v ON v.wallet = c.wallet
        AND v.id = c.voucher GROUP BY c.wallet, c.voucher
), wrong AS (
    SELECT wallet, 'voucher ' || id AS place, format('order %s does not name it', redemption) AS so,
        'the order that gave it, with its entry''s number' AS expected
    FROM vouchers WHERE NOT named OR placed <> no
    UNION ALL
    SELECT wallet, 'voucher ' || id, format('it is %s, and its order is %s', state, order_state),
        'that it was returned with its order, or neither'
    FROM vouchers WHERE named AND (state = 'returned' AND order_state NOT IN ('cancelled', 'returned', 'failed')
        OR state <> 'returned' AND order_state IN ('returned', 'failed'))
    UNION ALL
    SELECT wallet, 'voucher ' || id, format('it is %s by bill %s, which is %s', state, bill,
        coalesce(bill_state::text, 'not there')), 'a bill that names it, captured where it was spent'
    FROM vouchers WHERE state IN ('locked', 'spent')
        AND (NOT in_bill OR state = 'spent' AND bill_state IS DISTINCT FROM 'captured')
    UNION ALL
    SELECT p.wallet, 'voucher ' || p.id, format('bill %s was paid with it', p.bill),
        format('that it was spent there, not %s', coalesce(v.state || coalesce(' by ' || v.bill, ''), 'gone'))
    FROM paid p LEFT JOIN vouchers v USING (cell, wallet, id)
    WHERE v.state IS DISTINCT FROM 'spent' OR v.bill IS DISTINCT FROM p.bill
    UNION ALL
    SELECT r.wallet, 'order ' || r.id, format('it gave voucher %s, which is not there', given.id), 'the voucher'
    FROM redemption r JOIN wallet w ON w.cell = r.cell AND w.id = r.wallet
    CROSS JOIN LATERAL unnest(r.vouchers) AS given (id)
    WHERE r.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3) AND NOT EXISTS (SELECT FROM voucher v
        WHERE v.cell = r.cell AND v.wallet = r.wallet AND v.id = given.id)
    UNION ALL
    SELECT v.wallet, 'voucher ' || v.id, format('%s codes lead to it', coalesce(c.codes, 0)), 'one code'
    FROM vouchers v LEFT JOIN codes c USING (wallet, id) WHERE coalesce(c.codes, 0) <> 1
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM vouchers) counted LEFT JOIN wrong ON true
