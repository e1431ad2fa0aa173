-- The plainest table: what one durable row costs on this server.
CREATE TABLE bench_plain (id bigserial PRIMARY KEY, amount bigint, note text)
