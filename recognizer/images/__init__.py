"""Opening pictures safely, and finding the ink on them."""
