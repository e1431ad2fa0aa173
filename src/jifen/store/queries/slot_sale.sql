-- A sale of places for cash, with what is left of its time.
SELECT s.id, s.program, s.merchant, s.reward, s.store, s.since, s.until, s.count, s.cash_fen, s.sold_at,
    s.cancelled_at, k.remaining
FROM slot_sale s JOIN stock k ON k.cell = get_byte(uuid_send(s.stock), 15)::smallint AND k.id = s.stock
WHERE s.cell = $1 AND s.id = $2 AND s.program = $3
