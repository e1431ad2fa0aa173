-- Add a line to a member's consents.
INSERT INTO consent (cell, wallet, purpose, no, program, given, version, text_hash, channel, at)
SELECT $1, $2, $3, coalesce(max(c.no), 0) + 1, $4, $5, $6, $7, $8, $9
FROM consent c WHERE c.cell = $1 AND c.wallet = $2 AND c.purpose = $3
