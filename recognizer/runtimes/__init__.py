"""What runs a model file: one module for each runtime, imported when a file of its kind is opened, and not before.

Each has one function `open_model(path)` that returns an `OpenModel`, and raises `ModelError` for a file that it
cannot open. What the model answers is checked by `recognizer.runtimes.loader`, the same for all.
"""
