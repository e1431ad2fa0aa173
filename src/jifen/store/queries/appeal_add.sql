-- A member objects to an entry, such as a freeze; the same request again stays as it is.
INSERT INTO appeal (cell, id, program, wallet, frozen_by, said, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT appeal_key DO NOTHING
