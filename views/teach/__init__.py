"""What the page learns from its visitor: a row of taps, the hand that they teach, and what is saved of them."""
