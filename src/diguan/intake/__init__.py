"""Templates and files of others: read, mapped to the dictionary, tried, applied."""
