-- One proposal.
SELECT id, base, author, proposed_at, valid_from, definition, state, decided_by, decided_at, reason, version,
    writers
FROM publication_proposal
WHERE program = $1 AND id = $2
