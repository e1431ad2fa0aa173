-- Bills with points of a member's day that tills reported later.
SELECT a.id AS asked, b.no, b.points FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS a (cell, wallet, id)
JOIN offline_bill b ON b.cell = a.cell AND b.wallet = a.wallet AND b.day = a.id
