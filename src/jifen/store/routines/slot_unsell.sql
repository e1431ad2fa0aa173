-- Give the places of a sale back, once: the second time nothing moves, nor where there is no such sale.
CREATE OR REPLACE FUNCTION slot_unsell(p_id uuid, p_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    given slot_sale;
BEGIN
    UPDATE slot_sale SET cancelled_at = p_at
    WHERE cell = get_byte(uuid_send(p_id), 15) AND id = p_id AND cancelled_at IS NULL
    RETURNING * INTO given;
    IF FOUND THEN
        UPDATE stock SET remaining = remaining + given.count
        WHERE cell = get_byte(uuid_send(given.stock), 15) AND id = given.stock;
    END IF;
END $$;
