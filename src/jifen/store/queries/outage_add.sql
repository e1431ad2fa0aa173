-- Declare an outage.
INSERT INTO outage (program, id, merchant, since, until, remedy, unit, points, extend_days, text, text_en, declared_by,
    declared_at, closed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
