-- Joint offers of some wallets by id, a row for each part, in order.
SELECT o.id AS asked, o.wallet, o.reward, o.merchant, o.store, o.count, o.expected, o.offered_at, o.ends_at, o.state,
    o.redemption, p.payer, p.place, p.points, p.agreed_at
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN joint_offer o ON o.cell = asked.cell AND o.wallet = asked.wallet AND o.id = asked.id
JOIN joint_part p ON p.cell = o.cell AND p.wallet = o.wallet AND p.offer = o.id
ORDER BY o.id, p.place
