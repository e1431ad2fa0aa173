-- How a member can be reached beside the phone.
SELECT language, email, push, wechat FROM contact WHERE cell = $1 AND wallet = $2
