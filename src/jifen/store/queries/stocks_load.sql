-- What is left of scarce shared things.
SELECT s.id, s.remaining FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN stock s ON s.cell = asked.cell AND s.id = asked.id
