-- Functions and procedures of these names in this schema: how to drop each, and what checks its body.
SELECT p.oid, p.proname::text AS name, l.lanvalidator::regproc::text AS validator,
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS signature
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname = current_schema() AND p.proname = ANY ($1::text[])
ORDER BY p.oid
