-- How many were taken within a window that is not over, and when it ends.
SELECT taken, until FROM access_limit WHERE about = $1 AND until > $2
