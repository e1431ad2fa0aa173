-- Somebody of the staff may not sign in any more (a time), or again (none).
UPDATE staff SET disabled_at = $2 WHERE id = $1 RETURNING id
