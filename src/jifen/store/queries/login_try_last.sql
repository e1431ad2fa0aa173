-- When a login was last tried.
SELECT tried_at FROM login_try WHERE about = $1
