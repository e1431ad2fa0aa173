-- The versions of a programme without their texts, oldest first; contact: whom its terms name.
SELECT version, valid_from, published_at, terms_hash, notice_key, definition::jsonb -> 'terms' ->> 'contact' AS contact
FROM publication WHERE program = $1 ORDER BY version
