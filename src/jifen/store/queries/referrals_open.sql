-- Open referrals of a cell after a given invitee.
SELECT invitee, inviter, invited_at FROM referral
WHERE cell = $1 AND program = $2 AND invitee > $3 AND state = 'open' ORDER BY invitee LIMIT $4
