-- The newest joint offers of some makers in which one wallet has a part, a row for each part, in order.
SELECT o.id AS asked, o.wallet, o.reward, o.merchant, o.store, o.count, o.expected, o.offered_at, o.ends_at, o.state,
    o.redemption, p.payer, p.place, p.points, p.agreed_at
FROM (
    SELECT j.* FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, wallet)
    JOIN joint_offer j ON j.cell = asked.cell AND j.wallet = asked.wallet
    JOIN joint_part own ON own.cell = j.cell AND own.wallet = j.wallet AND own.offer = j.id AND own.payer = $3
    ORDER BY j.offered_at DESC, j.id LIMIT $4
) o
JOIN joint_part p ON p.cell = o.cell AND p.wallet = o.wallet AND p.offer = o.id
ORDER BY o.offered_at DESC, o.id, p.place
