-- How many messages of a programme wait: due now, for later, and as dead letters.
SELECT count(*) FILTER (WHERE next_at <= $2) AS due, count(*) FILTER (WHERE next_at > $2) AS later,
    count(*) FILTER (WHERE next_at IS NULL) AS dead, min(next_at) AS next_at
FROM message_due WHERE program = $1
