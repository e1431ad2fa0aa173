"""Floor 1: the pure ledger. Lots, legs and the verbs that move points, without a database or a clock."""
