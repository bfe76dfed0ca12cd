"""What has to be said about a `Reading` besides its text, wherever one is shown."""

from recognizer.recognizer import Reading

NOTHING = "no digits found"


def remarks(reading: Reading) -> str:
    """Return how much of the picture was not read, in sentences; "" where all was."""
    sentences = []
    if unread := sum(not prediction.is_digit for prediction in reading.digits):
        marks = "1 mark does" if unread == 1 else f"{unread:,} marks do"
        sentences.append(f"{marks} not look like a digit: left unread.")
    if reading.left_out:
        sentences.append(
            f"{reading.left_out:,} more, further down, were too many to be looked at: take a part of the picture."
        )
    return " ".join(sentences)
