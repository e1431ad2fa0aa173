-- How often something was tried since an instant.
SELECT tries FROM identification_try WHERE cell = $1 AND program = $2 AND about = $3 AND since = $4
