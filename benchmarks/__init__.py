"""Scripts that print figures and never assert; `--record` also writes them to the model's card."""
