"""Floor 2: outbox, consents, contacts, channels and receipts; webhooks out, and the secrets of hooks in."""
