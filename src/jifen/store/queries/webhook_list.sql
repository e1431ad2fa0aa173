-- A programme's webhooks, with how much waits for each and how much was given up.
SELECT h.code, h.url, h.kinds, h.added_at, h.paused_until,
    (SELECT count(*) FROM webhook_delivery d
        WHERE d.program = h.program AND d.webhook = h.code AND d.state = 'waiting') AS waiting,
    (SELECT count(*) FROM webhook_delivery d
        WHERE d.program = h.program AND d.webhook = h.code AND d.state = 'dead') AS dead
FROM webhook h WHERE h.program = $1 AND h.removed_at IS NULL ORDER BY h.code
