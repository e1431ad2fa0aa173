-- All daily roots, each with the heads it was taken over, in the order of its leaves.
SELECT r.program, r.day, r.root, r.wallets, h.wallet, h.version, h.head
FROM daily_root r
LEFT JOIN (daily_head h JOIN wallet w ON w.cell = h.cell AND w.id = h.wallet)
    ON w.program = r.program AND h.day = r.day
WHERE $1::uuid IS NULL OR r.program = $1
ORDER BY r.program, r.day, h.wallet
