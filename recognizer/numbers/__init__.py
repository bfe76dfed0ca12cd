"""A picture of numbers -> the ink of each digit."""
