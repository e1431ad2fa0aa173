-- Put one message to every member of a programme in a cell; how many are new.
SELECT message_put_cell($1, $2, $3, $4, $5, $6, $7)
