-- The proposals of a programme, newest first; all of them, or those that wait.
SELECT id, base, author, proposed_at, valid_from, definition, state, decided_by, decided_at, reason, version,
    writers
FROM publication_proposal
WHERE program = $1 AND ($2 OR state = 'waiting')
ORDER BY proposed_at DESC, id
