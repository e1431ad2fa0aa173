-- The newest freeze of a wallet.
SELECT no, until FROM freeze_case WHERE cell = $1 AND wallet = $2 ORDER BY no DESC LIMIT 1
