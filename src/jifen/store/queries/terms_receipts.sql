-- Which terms a member was shown or acknowledged, newest first.
SELECT version, how, channel, at, language, text_hash FROM terms_receipt
WHERE cell = $1 AND wallet = $2 ORDER BY at DESC, version DESC, how
