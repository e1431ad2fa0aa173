"""The demo: an alliance that is invented, with a year of baskets that are real."""
