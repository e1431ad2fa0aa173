-- Take in a provider's receipt for an attempt, named by our message and number or by the provider's own id:
-- delivered ends the message, failed sends it on to the next channel. Whether the attempt is known.
CREATE OR REPLACE FUNCTION message_receipt(
    p_provider text, p_provider_id text, p_message uuid, p_no smallint, p_delivered boolean, p_detail text,
    p_at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    tried message_attempt;
BEGIN
    IF p_message IS NULL THEN
        SELECT a.* INTO tried FROM message_attempt a
        WHERE a.provider_id = p_provider_id AND a.provider = p_provider LIMIT 1;
    ELSE
        SELECT a.* INTO tried FROM message m JOIN message_attempt a
            ON a.cell = m.cell AND a.wallet = m.wallet AND a.message = m.id AND a.no = p_no
        WHERE m.id = p_message AND a.provider = p_provider LIMIT 1;
    END IF;
    IF tried.message IS NULL THEN
        RETURN false;
    END IF;
    PERFORM FROM message_due d
    WHERE d.cell = tried.cell AND d.wallet = tried.wallet AND d.id = tried.message FOR UPDATE;
    PERFORM FROM message m
    WHERE m.cell = tried.cell AND m.wallet = tried.wallet AND m.id = tried.message FOR NO KEY UPDATE;
    UPDATE message_attempt a SET outcome = CASE WHEN p_delivered THEN 'delivered' ELSE 'failed' END,
        detail = p_detail, provider_id = coalesce(nullif(p_provider_id, ''), a.provider_id), settled_at = p_at
    WHERE a.cell = tried.cell AND a.wallet = tried.wallet AND a.message = tried.message AND a.no = tried.no
        AND a.outcome NOT IN ('delivered', 'failed');
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    IF p_delivered THEN
        DELETE FROM message_due d
        WHERE d.cell = tried.cell AND d.wallet = tried.wallet AND d.id = tried.message;
        UPDATE message m SET state = 'delivered', reason = '', channel = tried.channel, settled_at = p_at
        WHERE m.cell = tried.cell AND m.wallet = tried.wallet AND m.id = tried.message
            AND m.state <> 'delivered';
    ELSE
        UPDATE message_due d SET next_at = p_at, lease = NULL, tries = 0, awaiting = NULL,
            used = d.used || tried.channel
        WHERE d.cell = tried.cell AND d.wallet = tried.wallet AND d.id = tried.message AND d.awaiting = tried.no;
    END IF;
    RETURN true;
END $$;
