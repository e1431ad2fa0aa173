-- A member's unused WeChat subscriptions by template.
SELECT template, remaining FROM wechat_subscription WHERE cell = $1 AND wallet = $2 AND remaining > 0
ORDER BY template
