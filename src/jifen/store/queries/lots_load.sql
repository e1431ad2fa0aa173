-- Lots by their key, empty or not: those that a return gives back to.
SELECT l.wallet, l.series, l.granted, l.remaining, l.held, l.owed
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, series)
JOIN lot l ON l.cell = asked.cell AND l.wallet = asked.wallet AND l.series = asked.series
