-- Stop the card of a kind that a member has.
UPDATE card SET stopped_at = $4, stopped_for = $5
WHERE cell = $1 AND wallet = $2 AND what = $3 AND stopped_at IS NULL
