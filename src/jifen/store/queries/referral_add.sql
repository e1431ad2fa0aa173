-- Somebody was invited.
INSERT INTO referral (cell, program, invitee, inviter, invited_at, state) VALUES ($1, $2, $3, $4, $5, 'open')
