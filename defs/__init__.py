"""What each loss is: the textbook's formula, one family a file."""
