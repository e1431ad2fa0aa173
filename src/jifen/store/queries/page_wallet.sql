-- Whose programme a wallet is of, and at which revision that is, so that a page knows whether it knows it.
SELECT w.program, p.revision FROM wallet w JOIN program p ON p.id = w.program WHERE w.cell = $1 AND w.id = $2
