-- The identification that used up the changing code of a member and step.
SELECT identification FROM code_use WHERE cell = $1 AND wallet = $2 AND step = $3
