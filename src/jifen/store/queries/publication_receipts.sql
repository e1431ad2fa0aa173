-- How the notices of a publication stand, by state.
SELECT state, count(*) AS messages FROM message
WHERE program = $1 AND key LIKE $2 || ':%' GROUP BY state ORDER BY state
