-- From when on the days of a programme are to be counted: the day after the last that was, else that of the first entry.
SELECT coalesce(
    (SELECT max(day) + 1 FROM daily_count WHERE program = $1),
    (SELECT (min(e.recorded_at) AT TIME ZONE $2)::date FROM entry e
        JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet WHERE w.program = $1)
)
