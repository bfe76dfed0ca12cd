"""The Model tab: the figures of the model's card, and plots of them."""
