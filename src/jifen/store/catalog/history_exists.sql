-- Whether this schema has ever been migrated.
SELECT to_regclass(format('%I.schema_migration', current_schema())) IS NOT NULL
   AND to_regclass(format('%I.schema_routine', current_schema())) IS NOT NULL
