"""The tabs of the page, one file each with a function `show()`, and what they are made of."""
