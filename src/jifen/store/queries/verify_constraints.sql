-- The constraints of this schema, with what keeps them from holding; `conenforced` is there from PostgreSQL 18 on.
SELECT c.relname::text AS held_by, k.conname::text AS name, k.convalidated AS validated,
    coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true) AS enforced,
    NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O') AS awake
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND k.contype IN ('c', 'p', 'u', 'f', 'x')
