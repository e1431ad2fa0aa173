"""Floor 4: the HTTP interface. Parse, authorise, call the engine, answer."""
