-- The units of a programme.
SELECT code, name, offset_points, offset_fen FROM unit WHERE program = $1 ORDER BY code
