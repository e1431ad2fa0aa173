-- When messages of these keys were delivered; those that were not are left out.
SELECT k.key, m.settled_at FROM unnest($2::text[]) AS k (key)
JOIN message m ON m.id = message_id($1, k.key) AND m.program = $1 AND m.key = k.key
WHERE m.state = 'delivered'
