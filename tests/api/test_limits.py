"""How much programs may ask for, and when they are told to come later."""

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from api import limits, reading
from api.errors import RefusedError
from api.limits import MAX_ADDRESSES, MAX_HELD_BYTES, PLACES, PLACES_EACH, WORK, Room, address_of
from tests.api.sent import PNG, SEVEN, STROKES


@pytest.fixture
def now(monkeypatch):
    """A clock to set."""
    now = [0.0]
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def later(room, address="one"):
    """In how many seconds an address may come again."""
    with pytest.raises(RefusedError) as refused, room.place(address):
        pass
    assert refused.value.status_code == 429 and refused.value.detail[-1] == "."
    return int(refused.value.headers["Retry-After"])


def test_one_address_gets_no_more_places_than_leave_some_for_others():
    room, places = Room(), []
    for address in ("one", "other"):
        for _ in range(PLACES_EACH):
            places.append(room.place(address))
            places[-1].__enter__()
        if address == "one":
            assert later(room) == 1
    assert len(places) == PLACES and later(room, "a third") == 1
    places[0].__exit__(None, None, None)
    with room.place("a third"):
        assert later(room, "a fourth") == 1


def test_all_bodies_together_are_bounded_and_leave_their_room():
    room = Room()
    with room.place("one") as one, room.place("other") as other:
        one.hold(MAX_HELD_BYTES)
        with pytest.raises(RefusedError) as refused:
            other.hold(1)
    assert refused.value.status_code == 429 and room.held == 0
    with room.place("one") as one:
        one.hold(MAX_HELD_BYTES)


def test_an_address_that_asked_for_much_comes_later_and_others_do_not(now):
    room = Room()
    with room.place("one") as place:
        place.seconds = WORK.burst + 3 * WORK.per_second
    assert later(room) == 3
    with room.place("other"):
        pass
    now[0] += 2
    assert later(room) == 1, "to be refused costs nothing"
    now[0] += 1
    with room.place("one"):
        pass


@pytest.mark.usefixtures("now")
def test_work_is_paid_for_also_where_nothing_could_be_read(client):
    left = [WORK.burst]
    for body in (SEVEN, SEVEN[:500]):
        client.post("/api/read", content=body, headers=PNG)
        left.append(reading.ROOM._askers[None].bucket.tokens)
    assert left[0] > left[1] > left[2]


def test_a_program_is_told_when_to_come_again(client, now):
    client.post("/api/read", json=STROKES)
    reading.ROOM._askers[None].bucket.tokens = -1.0
    answer = client.post("/api/read", json=STROKES)
    assert answer.status_code == 429 and answer.headers["Retry-After"] == str(round(1 / WORK.per_second))
    now[0] += 1 / WORK.per_second
    assert client.post("/api/read", json=STROKES).status_code == 200


def address(host):
    return address_of(Request({"type": "http", "headers": [], "client": (host, 1) if host is not None else None}))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:0:0:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("nonsense", "x" * 100_000, True),
        (None, "", True),
    ],
)
def test_who_asks_is_an_address_or_the_network_of_one_customer(one, other, alike):
    assert (address(one) == address(other)) == alike


def test_no_more_addresses_are_remembered_than_there_is_room_for():
    room = Room()
    for number in range(MAX_ADDRESSES + 10):
        with room.place(number):
            pass
    assert len(room._askers) == MAX_ADDRESSES
