-- The places of a time as a stock: made where they are new, else brought to another capacity by the difference.
-- `slot.capacity` less the stock's rest is always what is taken; what cannot come off the rest stays in both.
CREATE OR REPLACE FUNCTION slot_ensure(p_cell smallint, p_stock uuid, p_program uuid, p_code text, p_of text,
    p_since timestamptz, p_capacity bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
    rest bigint;
    change bigint;
BEGIN
    SELECT t.capacity INTO known FROM slot t WHERE t.cell = p_cell AND t.stock = p_stock;
    IF known = p_capacity THEN
        RETURN;
    END IF;
    INSERT INTO stock (cell, id, program, code, remaining) VALUES (p_cell, p_stock, p_program, p_code, 0)
    ON CONFLICT ON CONSTRAINT stock_key DO NOTHING;
    INSERT INTO slot (cell, stock, program, of, since, capacity)
    VALUES (p_cell, p_stock, p_program, p_of, p_since, 0)
    ON CONFLICT ON CONSTRAINT slot_key DO NOTHING;
    -- The stock's row is locked first, as by whoever takes from it.
    SELECT s.remaining INTO rest FROM stock s WHERE s.cell = p_cell AND s.id = p_stock FOR NO KEY UPDATE;
    SELECT t.capacity INTO known FROM slot t WHERE t.cell = p_cell AND t.stock = p_stock FOR NO KEY UPDATE;
    change := greatest(p_capacity - known, -rest);
    IF change <> 0 THEN
        UPDATE stock SET remaining = remaining + change WHERE cell = p_cell AND id = p_stock;
        UPDATE slot SET capacity = capacity + change WHERE cell = p_cell AND stock = p_stock;
    END IF;
END $$;
