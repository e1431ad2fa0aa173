-- Everything in this schema that migrations and routines make, each as one line: what, which, how.
WITH here AS (
    SELECT oid FROM pg_namespace WHERE nspname = current_schema()
), foreign_made AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), relation AS (
    SELECT c.* FROM pg_class c
    WHERE c.relnamespace = (SELECT oid FROM here)
      AND (c.tableoid, c.oid) NOT IN (SELECT classid, objid FROM foreign_made)
), routine AS (
    SELECT p.* FROM pg_proc p
    WHERE p.pronamespace = (SELECT oid FROM here) AND p.prokind IN ('f', 'p')
      AND (p.tableoid, p.oid) NOT IN (SELECT classid, objid FROM foreign_made)
), made_type AS (
    SELECT t.* FROM pg_type t
    WHERE t.typnamespace = (SELECT oid FROM here)
      AND (t.tableoid, t.oid) NOT IN (SELECT classid, objid FROM foreign_made)
)
SELECT 'table' AS kind, c.relname::text AS name, concat_ws(' ',
    CASE c.relkind WHEN 'p' THEN 'partitioned by ' || pg_get_partkeydef(c.oid) WHEN 'f' THEN 'foreign' ELSE 'plain' END,
    CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
    CASE WHEN c.relrowsecurity THEN 'with row security' END,
    CASE WHEN c.relforcerowsecurity THEN 'forced' END,
    pg_get_expr(c.relpartbound, c.oid), array_to_string(c.reloptions, ', ')) AS definition
FROM relation c WHERE c.relkind IN ('r', 'p', 'f')
UNION ALL
SELECT 'column', format('%s.%s', c.relname, a.attname), concat_ws(' ',
    format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN 'not null' END,
    CASE a.attgenerated WHEN 's' THEN 'stored as' WHEN 'v' THEN 'computed as' ELSE CASE WHEN a.atthasdef THEN 'default' END END,
    pg_get_expr(d.adbin, d.adrelid),
    CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
    CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation::text END,
    CASE WHEN a.attcompression <> '' THEN 'compressed ' || a.attcompression::text END,
    CASE WHEN a.attstorage <> t.typstorage THEN 'storage ' || a.attstorage::text END)
FROM relation c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'f', 'c')
UNION ALL
SELECT 'constraint', format('%s.%s', c.relname, k.conname),
    pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' not validated' END
FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid
WHERE k.contype IN ('c', 'p', 'u', 'f', 'x')
UNION ALL
SELECT 'index', i.relname::text, pg_get_indexdef(x.indexrelid) || CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END
FROM relation c JOIN pg_index x ON x.indrelid = c.oid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT 'view', c.relname::text, pg_get_viewdef(c.oid) FROM relation c WHERE c.relkind IN ('v', 'm')
UNION ALL
SELECT 'sequence', c.relname::text,
    format('%s from %s by %s', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement)
FROM relation c JOIN pg_sequence s ON s.seqrelid = c.oid
UNION ALL
SELECT 'trigger', format('%s.%s', c.relname, g.tgname),
    pg_get_triggerdef(g.oid) || CASE g.tgenabled WHEN 'O' THEN '' ELSE ' enabled ' || g.tgenabled::text END
FROM relation c JOIN pg_trigger g ON g.tgrelid = c.oid WHERE NOT g.tgisinternal
UNION ALL
SELECT 'policy', format('%s.%s', c.relname, o.polname), concat_ws(' ', o.polcmd::text, o.polpermissive::text,
    pg_get_expr(o.polqual, o.polrelid), pg_get_expr(o.polwithcheck, o.polrelid))
FROM relation c JOIN pg_policy o ON o.polrelid = c.oid
UNION ALL
SELECT 'routine', format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), pg_get_functiondef(p.oid)
FROM routine p
UNION ALL
SELECT 'type', t.typname::text,
    'one of ' || (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
FROM made_type t WHERE t.typtype = 'e'
UNION ALL
SELECT 'type', t.typname::text, concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
    CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault,
    (SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
     FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'))
FROM made_type t WHERE t.typtype = 'd'
UNION ALL
SELECT 'extension', x.extname::text, 'installed' FROM pg_extension x WHERE x.extname <> 'plpgsql'
ORDER BY 1, 2
