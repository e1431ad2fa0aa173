-- All printed cards that a member ever had, the newest first.
SELECT number, what, issued_at, stopped_at, stopped_for FROM card
WHERE cell = $1 AND wallet = $2 AND what = 'card' ORDER BY issued_at DESC, number
