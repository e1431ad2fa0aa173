-- A new kind of points.
INSERT INTO unit (program, code, name, offset_points, offset_fen) VALUES ($1, $2, $3, $4, $5)
