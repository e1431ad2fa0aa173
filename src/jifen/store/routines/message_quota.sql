-- Count marketing messages of members, each once, where day and month leave room; which found none, and where.
CREATE OR REPLACE FUNCTION message_quota(
    p_lease uuid, p_cell smallint[], p_wallet uuid[], p_id uuid[], p_day text, p_day_most integer, p_month text,
    p_month_most integer, OUT over_day uuid[], OUT over_month uuid[]
) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_count (cell, wallet, period, sent)
    SELECT r.cell, r.wallet, period, 0 FROM unnest(p_cell, p_wallet) AS r (cell, wallet)
    CROSS JOIN unnest(ARRAY[p_day, p_month]) AS period
    ORDER BY r.cell, r.wallet, period
    ON CONFLICT ON CONSTRAINT message_count_key DO NOTHING;
    PERFORM FROM message_count c JOIN unnest(p_cell, p_wallet) AS r (cell, wallet)
        ON c.cell = r.cell AND c.wallet = r.wallet
    WHERE c.period IN (p_day, p_month) ORDER BY c.cell, c.wallet, c.period FOR UPDATE OF c;
    SELECT coalesce(array_agg(r.id) FILTER (WHERE m.sent < p_month_most AND d.sent >= p_day_most), '{}'),
        coalesce(array_agg(r.id) FILTER (WHERE m.sent >= p_month_most), '{}')
    INTO over_day, over_month
    FROM unnest(p_cell, p_wallet, p_id) AS r (cell, wallet, id)
    JOIN message_count d ON d.cell = r.cell AND d.wallet = r.wallet AND d.period = p_day
    JOIN message_count m ON m.cell = r.cell AND m.wallet = r.wallet AND m.period = p_month;
    WITH counted AS (
        UPDATE message_due d SET counted = true FROM unnest(p_cell, p_wallet, p_id) AS r (cell, wallet, id)
        WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND d.lease = p_lease
            AND r.id <> ALL (over_day) AND r.id <> ALL (over_month)
        RETURNING d.cell, d.wallet
    )
    UPDATE message_count c SET sent = c.sent + 1 FROM counted
    WHERE c.cell = counted.cell AND c.wallet = counted.wallet AND c.period IN (p_day, p_month);
END $$;
