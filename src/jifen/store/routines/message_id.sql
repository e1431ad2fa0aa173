-- The id of a message: the first 16 bytes of a hash over programme and key, the same for every repeat.
CREATE OR REPLACE FUNCTION message_id(p_program uuid, p_key text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(substr(sha256(convert_to(p_program::text || E'\x1f' || p_key, 'UTF8')), 1, 16), 'hex')::uuid
$$;
