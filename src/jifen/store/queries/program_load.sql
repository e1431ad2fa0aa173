-- One programme.
SELECT code, name, zone, test_clock, revision FROM program WHERE id = $1
