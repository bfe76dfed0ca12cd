"""What runs a model file: one module for each runtime, imported only when a file of its kind is opened.

Each has a function `open_model(path)` that returns an `OpenModel`, or raises any exception for a file that it cannot
open. `recognizer.runtimes.loader` says what that means, and checks what the model answers, in the same way for all.
"""
