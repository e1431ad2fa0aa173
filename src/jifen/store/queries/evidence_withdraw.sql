-- Withdraw evidence from an instant on; what was withdrawn before stays so.
UPDATE evidence SET withdrawn_at = $3 WHERE program = $1 AND code = $2
    AND (withdrawn_at IS NULL OR withdrawn_at > $3)
