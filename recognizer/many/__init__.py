"""Many items at once: in several threads, in several processes."""
