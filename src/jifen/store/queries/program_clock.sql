-- Set or remove the test clock.
UPDATE program SET test_clock = $2 WHERE id = $1
