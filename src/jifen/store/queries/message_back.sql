-- Messages that are still ours go back until their next time.
UPDATE message_due d SET next_at = r.next_at, lease = NULL, tries = r.tries, awaiting = r.awaiting,
    used = string_to_array(r.used, ',')
FROM unnest($2::smallint[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::smallint[], $7::smallint[], $8::text[])
    AS r (cell, wallet, id, next_at, tries, awaiting, used)
WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND d.lease = $1
