-- What was given to each charity of a programme, by unit and by the charity's contract of then.
SELECT d.charity, d.unit, d.contract, sum(d.points)::bigint AS points, count(*) AS donations
FROM donation d WHERE d.program = $1
GROUP BY d.charity, d.unit, d.contract
