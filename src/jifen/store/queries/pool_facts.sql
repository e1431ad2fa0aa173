-- What the pool of a household keeps of it, when it is imported.
UPDATE wallet SET facts = $3 WHERE cell = $1 AND id = $2
