"""Floor 5: the HTTP interface. Parse, authorise, call the engine, answer."""
