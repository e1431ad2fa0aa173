-- What is left of the places of times, and the capacity that they were counted from.
SELECT s.id, s.remaining, t.capacity FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN slot t ON t.cell = asked.cell AND t.stock = asked.id
JOIN stock s ON s.cell = t.cell AND s.id = t.stock
