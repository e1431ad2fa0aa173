-- Use up one WeChat subscription each; whose there was one.
UPDATE wechat_subscription s SET remaining = s.remaining - 1
FROM unnest($1::smallint[], $2::uuid[], $3::text[]) AS r (cell, wallet, template)
WHERE s.cell = r.cell AND s.wallet = r.wallet AND s.template = r.template AND s.remaining > 0
RETURNING s.wallet
