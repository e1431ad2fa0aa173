-- The entries of a batch for the webhooks that want to be told of their kinds, in the same commit.
CREATE OR REPLACE FUNCTION webhook_note(
    p_cell smallint[], p_wallet uuid[], p_time timestamptz[], e_wallet integer[], e_no integer[], e_kind text[],
    e_recorded integer[]
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO webhook_delivery (cell, wallet, webhook, no, program, next_at)
    SELECT w.cell, w.id, h.code, e.no, w.program, p_time[e.recorded]
    FROM unnest(e_wallet, e_no, e_kind, e_recorded) AS e (place, no, kind, recorded)
    JOIN wallet w ON w.cell = p_cell[e.place] AND w.id = p_wallet[e.place]
    JOIN webhook h ON h.program = w.program AND h.removed_at IS NULL AND h.kinds && ARRAY[e.kind, '*'];
$$;
