-- Joint offers with their parts, new or changed: what is offered never changes, only how far it has come.
CREATE OR REPLACE FUNCTION effect_joint(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT ON (cell, wallet, id) *
        FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, id uuid, program uuid,
            reward text, merchant text, store text, count bigint, expected bigint, offered_at timestamptz,
            ends_at timestamptz, state text, redemption uuid)
        ORDER BY cell, wallet, id, no DESC
    ), offered AS (
        INSERT INTO joint_offer (cell, wallet, id, program, reward, merchant, store, count, expected, offered_at,
            ends_at, state, redemption)
        SELECT cell, wallet, id, program, reward, merchant, store, count, expected, offered_at, ends_at, state,
            redemption
        FROM asked
        ON CONFLICT ON CONSTRAINT joint_offer_key
            DO UPDATE SET state = excluded.state, redemption = excluded.redemption
    )
    INSERT INTO joint_part (cell, wallet, offer, payer, place, points, agreed_at)
    SELECT DISTINCT ON (r.cell, r.wallet, r.id, p.payer) r.cell, r.wallet, r.id, p.payer, p.place, p.points,
        p.agreed_at
    FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, id uuid, parts jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.parts)
        AS p (payer uuid, place smallint, points bigint, agreed_at timestamptz)
    ORDER BY r.cell, r.wallet, r.id, p.payer, r.no DESC
    ON CONFLICT ON CONSTRAINT joint_part_key DO UPDATE SET agreed_at = excluded.agreed_at;
$$;
