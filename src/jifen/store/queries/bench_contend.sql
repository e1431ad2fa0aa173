-- Members of a programme whose numbers begin with $2, as they stand: points, entries, and all that could have moved.
SELECT n.number, coalesce(l.available, 0)::bigint AS available, w.version AS entries,
    concat_ws(' ', encode(w.head, 'hex'), w.active_at, w.frozen_until, l.lots, v.vouchers) AS whole
FROM member_number n
JOIN wallet w ON w.cell = get_byte(uuid_send(n.wallet), 15)::smallint AND w.id = n.wallet
LEFT JOIN LATERAL (
    SELECT sum(remaining) AS available,
        string_agg(concat_ws(':', series, granted, remaining, held, owed), ',' ORDER BY series) AS lots
    FROM lot WHERE lot.cell = w.cell AND lot.wallet = w.id
) l ON true
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(':', id, state, bill), ',' ORDER BY id) AS vouchers
    FROM voucher WHERE voucher.cell = w.cell AND voucher.wallet = w.id
) v ON true
WHERE n.program = $1 AND starts_with(n.number, $2)
