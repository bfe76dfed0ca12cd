"""Train the model that `recognizer` reads with: `python -m train`."""
