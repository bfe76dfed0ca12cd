"""The Draw tab: what is drawn, and what is read on it."""
