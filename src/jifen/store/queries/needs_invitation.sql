-- Invitations of some wallets, by id.
SELECT i.id AS asked, i.household, i.home, i.inviter, i.invited_at, i.ends_at, i.state
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN invitation i ON i.cell = asked.cell AND i.wallet = asked.wallet AND i.id = asked.id
