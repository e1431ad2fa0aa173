-- A person has overruled the refusal of a referral, once, with reason and evidence.
UPDATE referral SET overruled_by = $3, overruled_at = $4, overruled_for = $5, evidence = $6
WHERE cell = $1 AND invitee = $2 AND state = 'lapsed' AND overruled_by IS NULL
