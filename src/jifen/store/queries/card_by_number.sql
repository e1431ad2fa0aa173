-- A member's card by its number, whether it works or was stopped.
SELECT number, what, issued_at, stopped_at, stopped_for FROM card WHERE cell = $1 AND wallet = $2 AND number = $3
