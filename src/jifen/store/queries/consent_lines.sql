-- A member's consents to a purpose (NULL: to any), line by line.
SELECT purpose, no, given, version, text_hash, channel, at FROM consent
WHERE cell = $1 AND wallet = $2 AND ($3::text IS NULL OR purpose = $3) ORDER BY purpose, no
