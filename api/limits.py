"""How much programs may ask for: one address, and all of them at once. Whoever asks for more is told when to try again.

Used in the server's event loop only, so nothing here needs a lock.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from api.errors import RefusedError
from views.limits import Bucket, Limit

PLACES = 8  # requests under way: one is being read, the others are received or wait
PLACES_EACH = 4  # of them for one address
MAX_HELD_BYTES = 64 * 2**20  # of all their bodies
WORK = Limit(per_second=0.5, burst=10)  # s of reading: for one address, half of the thread that reads for programs
MAX_ADDRESSES = 10_000  # that are remembered
BUSY = "Too many programs ask for readings at this moment. Try again in a second."
TOO_FAST = "This address has asked for too much lately. Try again as soon as the header Retry-After says."


@dataclass
class _Asker:
    bucket: Bucket
    under_way: int = 0


@dataclass
class Place:
    """What a request takes while it is under way: `held` bytes of its body. seconds: what reading it took."""

    room: "Room"
    held: int = 0
    seconds: float = 0.0

    def hold(self, count: int) -> None:
        """Take room for more bytes of the body; `RefusedError` where there is none."""
        self.held += count
        self.room.held += count
        if self.room.held > MAX_HELD_BYTES:
            raise _later(BUSY, 1)


@dataclass
class Room:
    """What is under way for all programs: so many requests, `held` bytes of their bodies, and who asked for them."""

    under_way: int = 0
    held: int = 0
    _askers: OrderedDict[object, _Asker] = field(default_factory=OrderedDict)

    @contextmanager
    def place(self, address: object) -> Iterator[Place]:
        """Take a place for a request while it is under way; `RefusedError` where there is none."""
        asker = self._asker(address)
        if wait := asker.bucket.take(WORK, time.monotonic(), 0):
            raise _later(TOO_FAST, wait)
        if self.under_way >= PLACES or asker.under_way >= PLACES_EACH:
            raise _later(BUSY, 1)
        place = Place(self)
        asker.under_way += 1
        self.under_way += 1
        try:
            yield place
        finally:
            asker.under_way -= 1
            self.under_way -= 1
            self.held -= place.held
            asker.bucket.take(WORK, time.monotonic(), place.seconds)

    def _asker(self, address: object) -> _Asker:
        asker = self._askers.setdefault(address, _Asker(Bucket(WORK.burst, time.monotonic())))
        self._askers.move_to_end(address)
        if len(self._askers) > MAX_ADDRESSES:
            self._askers.popitem(last=False)
        return asker


def address_of(request: Request) -> object:
    """Who asks: an IPv4 address, or the 64 bits of an IPv6 address that one customer gets; None if it is neither."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    return address.ipv4_mapped or address.packed[:8]


def _later(sentence: str, seconds: float) -> RefusedError:
    return RefusedError(429, sentence, {"Retry-After": str(math.ceil(seconds))})
