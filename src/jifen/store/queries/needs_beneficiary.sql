-- Beneficiaries of some wallets, by id.
SELECT b.id AS asked, b.ref, b.blind, b.named
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN beneficiary b ON b.cell = asked.cell AND b.wallet = asked.wallet AND b.id = asked.id
