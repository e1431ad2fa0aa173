-- The daily jobs of the last days, newest first, with what each says of itself.
SELECT day, job, finished_at, outcome FROM job_run
WHERE program = $1 AND day > (SELECT coalesce(max(day), DATE '2000-01-01') FROM job_run WHERE program = $1) - $2::integer
ORDER BY day DESC, finished_at DESC, job
