-- A daily job is done, and what came of it.
INSERT INTO job_run (program, job, day, finished_at, outcome) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT a_job_finishes_once_a_day DO NOTHING
