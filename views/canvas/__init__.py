"""The canvas that visitors draw on.

component.py   the Streamlit component that is the canvas, and the checks of the picture it sends
fabric.py      parses the strokes it sends, which are paths of Fabric.js
drawing.py     the strokes as ink, and what a model reads on it
sheet.py       what is on one visitor's canvas: undo, clear, and restoring a drawing
"""
