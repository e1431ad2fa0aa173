-- The hash of one entry of a wallet.
SELECT hash FROM entry WHERE cell = $1 AND wallet = $2 AND no = $3
