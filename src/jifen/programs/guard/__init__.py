"""What a programme may become at its worst: the guard looks for the path that breaks a bound."""
