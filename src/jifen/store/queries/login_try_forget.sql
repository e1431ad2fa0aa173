-- The tries in a row are over: somebody has signed in.
DELETE FROM login_try WHERE about = $1
