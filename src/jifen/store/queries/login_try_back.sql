-- Give a try back that was neither right nor wrong.
UPDATE login_try SET tries = tries - 1 WHERE about = $1 AND tries > 0
