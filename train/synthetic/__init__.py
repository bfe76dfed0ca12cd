"""What MNIST lacks, drawn: digits by writers with habits, and what is not a digit."""
