-- Where a joint offer of a programme stands, by its id: the entry that made it was claimed in that wallet.
SELECT c.wallet FROM claim c JOIN wallet w ON w.id = c.wallet AND w.cell = get_byte(uuid_send(c.wallet), 15)::smallint
WHERE c.cell = $1 AND c.id = $2 AND w.program = $3
