-- A referral lapses because the invited member is linked with the inviter, or with somebody invited before.
UPDATE referral SET state = 'lapsed', settled_at = $3, reason = 'linked', shared = $4
WHERE cell = $1 AND invitee = $2 AND state = 'open' RETURNING invitee
