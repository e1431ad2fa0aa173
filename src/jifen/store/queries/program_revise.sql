-- Something about a programme changes: batches decided before must look again.
UPDATE program SET revision = revision + 1 WHERE id = $1
