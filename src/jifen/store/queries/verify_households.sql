-- Households: what members' wallets say of theirs beside what its pool says of them; beneficiaries beside what their
-- member's wallet says; and joint payments beside the orders that they became.
WITH people AS (
    SELECT w.id, w.cell, w.pool, w.household, coalesce(nullif(w.facts, ''), '{}')::jsonb AS facts FROM wallet w
    WHERE ($1::uuid IS NULL OR w.program = $1) AND (w.household IS NOT NULL OR w.facts LIKE '%"household"%'
        OR w.facts LIKE '%"family"%' OR w.facts LIKE '%"beneficiaries"%')
), member AS (
    SELECT p.id, p.household, nullif(p.facts #>> '{household,home}', '')::uuid AS home FROM people p WHERE NOT p.pool
), listed AS (
    SELECT h.id AS home, h.household, (one #>> '{}')::uuid AS id
    FROM people h CROSS JOIN LATERAL jsonb_array_elements(coalesce(h.facts #> '{family,members}', '[]')) AS one
    WHERE h.pool
), named AS (
    SELECT p.id, b.one ->> 'ref' AS ref, (b.one ->> 'named')::date AS named
    FROM people p CROSS JOIN LATERAL jsonb_array_elements(coalesce(p.facts -> 'beneficiaries', '[]')) AS b (one)
), kept AS (
    SELECT b.wallet AS id, b.ref, b.named FROM beneficiary b JOIN wallet w ON w.cell = b.cell AND w.id = b.wallet
    WHERE $1::uuid IS NULL OR w.program = $1
), done AS (
    SELECT o.wallet, o.id, o.redemption, r.points, (SELECT sum(p.points) FROM joint_part p
        WHERE p.cell = o.cell AND p.wallet = o.wallet AND p.offer = o.id) AS parts
    FROM joint_offer o JOIN wallet w ON w.cell = o.cell AND w.id = o.wallet
    LEFT JOIN redemption r ON r.cell = o.cell AND r.wallet = o.wallet AND r.id = o.redemption
    WHERE o.state = 'done' AND ($1::uuid IS NULL OR w.program = $1)
), wrong AS (
    SELECT m.id AS wallet, 'wallet' AS place, format('it is in the household of pool %s', m.home) AS so,
        'a pool that names it, of the same household' AS expected
    FROM member m LEFT JOIN listed l ON l.id = m.id AND l.home = m.home AND l.household = m.household
    WHERE m.home IS NOT NULL AND l.id IS NULL
    UNION ALL
    SELECT m.id, 'wallet', format('it is in household %s, of which it says nothing', m.household), 'its pool'
    FROM member m WHERE m.household IS NOT NULL AND m.home IS NULL
    UNION ALL
    SELECT l.home, 'wallet', format('its pool names wallet %s', l.id), 'a member that says so too'
    FROM listed l LEFT JOIN member m ON m.id = l.id AND m.home = l.home WHERE m.id IS NULL
    UNION ALL
    SELECT id, 'beneficiary ' || ref, format('its wallet says %s', coalesce(n.named::text, 'nothing')),
        coalesce(k.named::text, 'nothing: there is no such beneficiary')
    FROM named n FULL JOIN kept k USING (id, ref) WHERE n.named IS DISTINCT FROM k.named
    UNION ALL
    SELECT wallet, 'joint offer ' || id, format('done for %s points by order %s', parts, redemption),
        format('an order of as many, not of %s', coalesce(points::text, 'nothing'))
    FROM done WHERE points IS DISTINCT FROM parts
)
SELECT counted.looked, wrong.*
FROM (SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM kept) AS looked) counted LEFT JOIN wrong ON true
