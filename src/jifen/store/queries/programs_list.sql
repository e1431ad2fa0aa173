-- All programmes.
SELECT id, code, name FROM program ORDER BY code
