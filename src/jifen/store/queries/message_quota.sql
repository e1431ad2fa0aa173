-- Count marketing messages where day and month leave room; which found none.
SELECT over_day, over_month FROM message_quota($1, $2, $3, $4, $5, $6, $7, $8)
