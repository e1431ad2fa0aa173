-- A wallet's head, for its statement.
SELECT program, version, head FROM wallet WHERE cell = $1 AND id = $2
