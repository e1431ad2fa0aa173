-- What rules read of a wallet's holder.
SELECT facts FROM wallet WHERE cell = $1 AND id = $2
