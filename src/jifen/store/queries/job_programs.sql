-- The programmes with the clock that each goes by.
SELECT id, code, zone, test_clock, revision FROM program ORDER BY code
