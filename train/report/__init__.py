"""What is measured and shown of a finished model."""
