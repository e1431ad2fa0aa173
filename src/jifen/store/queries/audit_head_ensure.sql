-- A programme's audit log begins, where it has not.
INSERT INTO audit_head (program, no, hash) VALUES ($1, 0, '') ON CONFLICT ON CONSTRAINT audit_head_key DO NOTHING
