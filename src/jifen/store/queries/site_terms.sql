-- The texts of some versions of a programme's terms.
SELECT version, terms_zh, terms_en FROM publication WHERE program = $1 AND version = ANY($2::integer[])
