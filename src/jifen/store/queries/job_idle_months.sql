-- After how many idle months points of a programme expire.
SELECT DISTINCT idle_months FROM series WHERE program = $1 AND idle_months IS NOT NULL
