-- A referral by the invited member's wallet, with the numbers of both.
SELECT f.invitee, f.inviter, f.invited_at, f.state, f.settled_at, f.reason, f.shared, f.overruled_by, f.overruled_at,
    f.overruled_for, f.evidence, i.number AS invitee_number, b.number AS inviter_number
FROM referral f
JOIN member i ON i.cell = f.cell AND i.wallet = f.invitee
JOIN member b ON b.cell = get_byte(uuid_send(f.inviter), 15)::smallint AND b.wallet = f.inviter
WHERE f.cell = $1 AND f.invitee = $2
