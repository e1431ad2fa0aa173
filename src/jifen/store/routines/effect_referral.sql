-- Referrals that are settled by the entries of a batch; one that was settled before stays as it is.
CREATE OR REPLACE FUNCTION effect_referral(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE referral f SET state = 'paid', settled_at = r.at
    FROM jsonb_to_recordset(p_rows) AS r (invitee uuid, at timestamptz)
    WHERE f.cell = get_byte(uuid_send(r.invitee), 15)::smallint AND f.invitee = r.invitee AND f.state = 'open';
$$;
