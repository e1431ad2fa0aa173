-- All outages of a programme, in the order in which they began.
SELECT id, merchant, since, until, remedy, unit, points, extend_days, text, text_en, declared_by, declared_at, closed_at
FROM outage WHERE program = $1 ORDER BY since, id
