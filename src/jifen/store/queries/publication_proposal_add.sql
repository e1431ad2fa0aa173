-- Somebody wants a version published.
INSERT INTO publication_proposal (program, id, base, author, proposed_at, valid_from, definition, writers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
