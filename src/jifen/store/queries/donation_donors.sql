-- How many wallets gave to each charity of a programme.
SELECT d.charity, count(DISTINCT d.wallet) AS donors FROM donation d WHERE d.program = $1 GROUP BY d.charity
