"""The till: take a payment, take back, accept vouchers and bookings, the day."""
