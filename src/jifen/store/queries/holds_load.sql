-- The open holds of wallets.
SELECT h.wallet, h.id, h.entry, h.merchant, h.unit, h.points, h.deadline, h.series, h.parts
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, wallet)
JOIN hold h ON h.cell = asked.cell AND h.wallet = asked.wallet AND h.is_open
