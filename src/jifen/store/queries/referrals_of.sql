-- Whom a member invited, the newest first, with their numbers.
SELECT f.invited_at, f.state, f.settled_at, f.reason, i.number
FROM referral f JOIN member i ON i.cell = f.cell AND i.wallet = f.invitee
WHERE f.program = $1 AND f.inviter = $2 ORDER BY f.invited_at DESC, f.invitee DESC LIMIT $3
