"""Many pictures, many visitors, other programs, more than one machine."""
