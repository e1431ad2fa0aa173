-- Whether an identification of a member is one by code or confirmed phone, still holds, and may be used by a merchant.
SELECT true FROM identification
WHERE cell = $1 AND id = $2 AND program = $3 AND wallet = $4 AND how IN ('code', 'phone')
    AND confirmed_at <= $5 AND until > $5 AND ($6::uuid IS NULL OR merchant IS NULL OR merchant = $6)
