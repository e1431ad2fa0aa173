-- Sell places of a time for cash, once per id: sold, repeat (the very same was sold before), differs (something
-- else was), or full. rest: what is left of the time. The cell of a sale is that of its id.
CREATE OR REPLACE FUNCTION slot_sell(p_id uuid, p_program uuid, p_stock uuid, p_merchant uuid, p_reward text,
    p_store text, p_since timestamptz, p_until timestamptz, p_count bigint, p_cash_fen bigint, p_source text,
    p_key text, p_at timestamptz, OUT verdict text, OUT rest bigint) LANGUAGE plpgsql AS $$
DECLARE
    of_sale CONSTANT smallint := get_byte(uuid_send(p_id), 15);
    of_stock CONSTANT smallint := get_byte(uuid_send(p_stock), 15);
    known slot_sale;
BEGIN
    SELECT * INTO known FROM slot_sale s WHERE s.cell = of_sale AND s.id = p_id;
    IF NOT FOUND THEN
        SELECT s.remaining INTO rest FROM stock s
        WHERE s.cell = of_stock AND s.id = p_stock FOR NO KEY UPDATE;
        -- Whoever waited for the stock's row may find that the same key has come in meanwhile.
        SELECT * INTO known FROM slot_sale s WHERE s.cell = of_sale AND s.id = p_id;
    END IF;
    IF known.id IS NOT NULL THEN
        verdict := CASE WHEN known.stock = p_stock AND known.count = p_count AND known.reward = p_reward
            THEN 'repeat' ELSE 'differs' END;
        SELECT s.remaining INTO rest FROM stock s WHERE s.cell = of_stock AND s.id = p_stock;
        RETURN;
    END IF;
    IF rest < p_count THEN
        verdict := 'full';
        RETURN;
    END IF;
    INSERT INTO slot_sale (cell, id, program, stock, merchant, reward, store, since, until, count, cash_fen,
        source, key, sold_at)
    VALUES (of_sale, p_id, p_program, p_stock, p_merchant, p_reward, p_store, p_since, p_until, p_count,
        p_cash_fen, p_source, p_key, p_at);
    UPDATE stock SET remaining = remaining - p_count WHERE cell = of_stock AND id = p_stock;
    rest := rest - p_count;
    verdict := 'sold';
END $$;
