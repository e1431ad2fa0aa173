-- The card of a kind that a member has and that works.
SELECT number, what, issued_at, stopped_at, stopped_for FROM card
WHERE cell = $1 AND wallet = $2 AND what = $3 AND stopped_at IS NULL
