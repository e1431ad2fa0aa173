"""What no text for members may say: unfair terms, investment, pyramids, exaggeration."""
