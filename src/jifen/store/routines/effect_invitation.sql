-- Invitations into households, new or answered.
CREATE OR REPLACE FUNCTION effect_invitation(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO invitation (cell, wallet, id, program, household, home, inviter, invited_at, ends_at, state)
    SELECT DISTINCT ON (cell, wallet, id) cell, wallet, id, program, household, home, inviter, invited_at,
        ends_at, state
    FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, id uuid, program uuid,
        household uuid, home uuid, inviter uuid, invited_at timestamptz, ends_at timestamptz, state text)
    ORDER BY cell, wallet, id, no DESC
    ON CONFLICT ON CONSTRAINT invitation_key DO UPDATE SET state = excluded.state;
$$;
