-- The numbers and names of the members of some wallets.
SELECT m.wallet, m.number, m.name FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, wallet)
JOIN member m ON m.cell = asked.cell AND m.wallet = asked.wallet
