-- Above how many points a correction is for an approver.
SELECT approver_above FROM program WHERE id = $1
