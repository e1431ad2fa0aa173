-- Vouchers by their dates, of which members are reminded. Without the state, so that what a bill does to a voucher
-- changes no index.
CREATE INDEX voucher_lapsing ON voucher (program, expires_at, wallet, reward);
