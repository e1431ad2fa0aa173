-- An entry of a programme by its id and its very hash: nothing is told to who does not know both.
SELECT e.wallet, e.no, e.recorded_at FROM claim c
JOIN wallet w ON w.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND w.id = c.wallet AND w.program = $3
JOIN entry e ON e.cell = w.cell AND e.wallet = w.id AND e.no = c.no
WHERE c.cell = $1 AND c.id = $2 AND e.hash = $4
