-- How many of some messages a provider may get in a minute.
SELECT provider_take($1, $2, $3, $4)
