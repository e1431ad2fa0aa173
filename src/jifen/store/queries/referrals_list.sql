-- Referrals of a state, the newest first, from before a given one, with the numbers of both.
SELECT f.invitee, f.inviter, f.invited_at, f.state, f.settled_at, f.reason, f.shared, f.overruled_by, f.overruled_at,
    f.overruled_for, f.evidence, i.number AS invitee_number, b.number AS inviter_number
FROM referral f
JOIN member i ON i.cell = f.cell AND i.wallet = f.invitee
JOIN member b ON b.cell = get_byte(uuid_send(f.inviter), 15)::smallint AND b.wallet = f.inviter
WHERE f.program = $1 AND ($2::text IS NULL OR f.state = $2)
    AND (f.invited_at, f.invitee) < ($3, $4)
ORDER BY f.invited_at DESC, f.invitee DESC LIMIT $5
