-- The draft of a programme's next version.
SELECT base, revision, files, writers, begun_at, saved_by, saved_at FROM programme_draft WHERE program = $1
