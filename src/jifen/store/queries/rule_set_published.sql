-- When a version of a programme's rules was published, for those who ask why their points moved.
SELECT published_at FROM rule_set WHERE program = $1 AND version = $2
