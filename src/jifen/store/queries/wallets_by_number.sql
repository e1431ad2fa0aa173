-- Wallets by the numbers of their members.
SELECT n.number, n.wallet FROM unnest($1::smallint[], $2::text[]) AS asked (cell, number)
JOIN member_number n ON n.cell = asked.cell AND n.program = $3 AND n.number = asked.number
