-- What became of deliveries that are still ours: accepted, dead, or waiting for another try.
UPDATE webhook_delivery d SET state = r.state, next_at = r.next_at, lease = NULL, tries = r.tries,
    status = r.status, detail = r.detail, tried_at = $3
FROM unnest($4::smallint[], $5::uuid[], $6::integer[], $7::text[], $8::timestamptz[], $9::smallint[],
    $10::smallint[], $11::text[]) AS r (cell, wallet, no, state, next_at, tries, status, detail)
WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.webhook = $2 AND d.no = r.no AND d.lease = $1
