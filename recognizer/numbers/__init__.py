"""A picture of numbers -> the digits on it; README.md says how."""
