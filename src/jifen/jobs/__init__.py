"""Floor 4: what runs by itself: expiry, lapses, daily roots, and the proof of the books."""
