-- Put messages into the outbox; how many are new.
SELECT message_put($1)
