-- The clock of the programme whose attempt it is, by our message's id or by the provider's own.
SELECT p.test_clock FROM message m JOIN program p ON p.id = m.program
WHERE m.id = coalesce($1::uuid, (
    SELECT a.message FROM message_attempt a WHERE a.provider_id = $2 AND a.provider = $3 LIMIT 1))
LIMIT 1
