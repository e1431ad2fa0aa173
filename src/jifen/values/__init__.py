"""Floor 0: points, money, ids, periods: the words that every room speaks."""
