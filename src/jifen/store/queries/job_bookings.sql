-- Orders that still stand for a time of a programme, from an instant on and before another, after a given one.
SELECT r.id, r.wallet, r.merchant, r.store, r.reward, r.rules, r.slot_since
FROM redemption r
WHERE r.program = $1 AND r.slot_since >= $2 AND (r.slot_since, r.id) > ($2, $3) AND r.slot_since < $4
    AND r.state IN ('placed', 'confirmed')
ORDER BY r.slot_since, r.id LIMIT $5
