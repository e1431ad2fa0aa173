"""What a stranger may see: the public tally, and the page that checks a receipt."""
