-- Say above how many points a correction is for an approver.
UPDATE program SET approver_above = $2 WHERE id = $1
