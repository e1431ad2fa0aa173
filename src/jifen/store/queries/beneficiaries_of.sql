-- The beneficiaries of a wallet, with their sealed names.
SELECT ref, sealed, named FROM beneficiary WHERE cell = $1 AND wallet = $2 ORDER BY ref
