"""The Why tab: why the model read a digit as it did.

tab.py           which digit, and what is known of it
story.py         the same as a story for a class, a step at a time
parts.py         the pictures and sentences, for the story and for all of it below
variations.py    how much it takes for another answer, as charts
"""
