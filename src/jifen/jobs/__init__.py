"""Floor 5: what runs by itself: expiry, lapses, daily roots, and the proof of the books."""
