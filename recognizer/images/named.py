"""What a command line names -> the pictures that it means: files, those in a folder, or what comes from a pipe."""

import os
import re
import sys
from pathlib import Path

from recognizer.errors import InvalidImageError, RecognizerError
from recognizer.images.opening import ENDINGS, MAX_FILE_BYTES

DESCRIPTOR = re.compile(r"-|/dev/stdin|/(?:dev|proc/self)/fd/(\d+)")  # the last is what a shell makes of <(command)


class Named:
    """Pictures by their names.

    names: of all, as often as they are named. errors: of the names of what cannot be read, why not.
    """

    def __init__(self, arguments: list[str]):
        self.errors: dict[str, RecognizerError] = {}
        self._contents: dict[str, bytes] = {}  # of standard input, say; other pictures are opened when it is their turn
        self.names = [name for argument in arguments for name in self._found(argument)]

    def content(self, name: str) -> str | bytes:
        """The content of a picture, or its path."""
        return self._contents.get(name, name)

    def _found(self, name: str) -> list[str]:
        try:
            if descriptor := DESCRIPTOR.fullmatch(name):
                if name not in self._contents:
                    self._contents[name] = _content_of(int(descriptor[1] or 0))
            elif not name:
                raise OSError("this name is empty; give the name of a picture or of a folder")
            elif Path(name).is_dir():
                with os.scandir(name) as files:
                    found = [file.path for file in files if file.name.lower().endswith(ENDINGS) and file.is_file()]
                if not found:
                    raise OSError(f"there are no pictures in this folder; their names end in {', '.join(ENDINGS)}")
                return sorted(found)
        except OSError as error:
            self.errors[name] = InvalidImageError(f"This cannot be read ({error.strerror or error}).")
        return [name]


def _content_of(descriptor: int) -> bytes:
    if descriptor:
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
