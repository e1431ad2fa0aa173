-- Set how many unused WeChat subscriptions a member has; templates that are not named have none.
WITH gone AS (
    DELETE FROM wechat_subscription WHERE cell = $1 AND wallet = $2 AND template <> ALL ($3::text[])
)
INSERT INTO wechat_subscription (cell, wallet, template, remaining)
SELECT $1, $2, template, remaining FROM unnest($3::text[], $4::integer[]) AS s (template, remaining)
ON CONFLICT ON CONSTRAINT wechat_subscription_key DO UPDATE SET remaining = excluded.remaining
