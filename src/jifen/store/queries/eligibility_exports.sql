-- All exports of a programme, newest first.
SELECT version, asked_by, asked_at, legal_opinion, purpose, minimum_points, members
FROM eligibility_export WHERE program = $1 ORDER BY asked_at DESC, id
