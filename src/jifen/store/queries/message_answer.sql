-- What became of attempts. One that a receipt has settled meanwhile stays as the receipt said.
WITH told AS (
    UPDATE message_attempt a SET outcome = r.outcome, detail = r.detail,
        provider_id = coalesce(nullif(r.provider_id, ''), a.provider_id),
        settled_at = CASE WHEN r.outcome IN ('sent', 'unsure') THEN NULL ELSE $1::timestamptz END
    FROM unnest($2::smallint[], $3::uuid[], $4::uuid[], $5::smallint[], $6::text[], $7::text[], $8::text[])
        AS r (cell, wallet, message, no, outcome, detail, provider_id)
    WHERE a.cell = r.cell AND a.wallet = r.wallet AND a.message = r.message AND a.no = r.no
        AND a.outcome IN ('sending', 'unsure', 'sent')
    RETURNING a.cell, a.wallet, a.message, a.channel, a.outcome
)
UPDATE message m SET state = 'sent', channel = told.channel FROM told
WHERE told.outcome = 'sent' AND m.cell = told.cell AND m.wallet = told.wallet AND m.id = told.message
    AND m.state = 'waiting'
