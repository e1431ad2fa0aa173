-- Write all plans of a batch, or nothing and say why. Ids that come one for each row are array literals; instants
-- are microseconds since 1970: whole days first, which keeps each factor small enough to be exact.
SELECT booked, stale, short, changed FROM apply_batch(
    $1, $2, $3::text::uuid[],
    ARRAY(SELECT timestamptz 'epoch' + t.at / 86400000000 * interval '24 hours'
            + t.at % 86400000000 * interval '1 microsecond'
        FROM unnest($4::text::bigint[]) WITH ORDINALITY AS t (at, place) ORDER BY t.place),
    $5::text::uuid[], $6, $7, $8, $9, $10, $11, $12,
    $13, $14, $15, $16::text::uuid[], $17::text::uuid[], $18, $19, $20, $21, $22, $23, $24,
    $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36,
    $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48,
    $49, $50, $51)
