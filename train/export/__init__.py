"""What is made from a finished model: files for other runtimes, and the index of training digits."""
