-- What runs by itself: which daily jobs are done, and a way to the heads of one day.

CREATE TABLE job_run (
    program uuid NOT NULL,
    job text NOT NULL,
    day date NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL,
    CONSTRAINT a_job_finishes_once_a_day PRIMARY KEY (program, job, day)
);
ALTER TABLE job_run ADD CONSTRAINT a_job_runs_for_a_program FOREIGN KEY (program) REFERENCES program (id);

CREATE INDEX daily_head_of_a_day ON daily_head (day, wallet);
