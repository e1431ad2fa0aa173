"""Floor 5: the pages that members see. Parse, read, render; nothing here moves a point."""
