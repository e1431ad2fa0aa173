-- The daily jobs that are done for a programme and a day.
SELECT job FROM job_run WHERE program = $1 AND day = $2
UNION ALL SELECT 'root' FROM daily_root WHERE program = $1 AND day = $2
UNION ALL SELECT 'figures' FROM daily_count WHERE program = $1 AND day = $2::date - 1
