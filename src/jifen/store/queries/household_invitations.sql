-- The invitations of a wallet that can still be answered, the newest first.
SELECT id, household, home, inviter, invited_at, ends_at FROM invitation
WHERE cell = $1 AND wallet = $2 AND state = 'open' AND ends_at > $3 ORDER BY invited_at DESC, id
