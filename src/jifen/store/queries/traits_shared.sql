-- The kinds of traits that an invited member shares with the inviter, or with somebody whom they invited before.
SELECT DISTINCT t.kind FROM trait t
JOIN trait o ON o.program = t.program AND o.blind = t.blind AND o.wallet <> t.wallet
WHERE t.cell = $1 AND t.wallet = $2 AND (o.wallet = $3 OR EXISTS (
    SELECT FROM referral f WHERE f.cell = get_byte(uuid_send(o.wallet), 15)::smallint AND f.invitee = o.wallet
        AND f.inviter = $3 AND (f.invited_at, f.invitee) < ($4, $2)))
ORDER BY t.kind
