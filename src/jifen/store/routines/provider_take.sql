-- So many of the messages that a provider is to get in a minute; how many it may get.
CREATE OR REPLACE FUNCTION provider_take(p_provider text, p_minute timestamptz, p_asked integer, p_most integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    before integer;
    taken integer;
BEGIN
    DELETE FROM provider_minute WHERE provider = p_provider AND minute < p_minute - interval '1 hour';
    INSERT INTO provider_minute (provider, minute, sent) VALUES (p_provider, p_minute, 0)
    ON CONFLICT ON CONSTRAINT provider_minute_key DO NOTHING;
    SELECT sent INTO before FROM provider_minute WHERE provider = p_provider AND minute = p_minute FOR UPDATE;
    taken := greatest(0, least(p_asked, p_most - before));
    UPDATE provider_minute SET sent = before + taken WHERE provider = p_provider AND minute = p_minute;
    RETURN taken;
END $$;
