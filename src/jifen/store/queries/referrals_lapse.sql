-- Referrals from before an instant that nobody's order has settled lapse.
UPDATE referral SET state = 'lapsed', settled_at = $3, reason = 'late'
WHERE program = $1 AND state = 'open' AND invited_at < $2
