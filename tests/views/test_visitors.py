"""Programs wait while the page is being run for somebody."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.views.sent import FOUR
from views import visitors
from views.draw import tab
from views.visitors import let_them_pass


def test_nobody_waits_where_the_page_is_not_being_run():
    assert let_them_pass(0)


def test_they_wait_until_the_last_run_has_ended_or_they_lose_patience():
    with ThreadPoolExecutor(1) as thread:
        with visitors.first():
            with visitors.first():
                assert not let_them_pass(0)
            assert not let_them_pass(0)
            waiting = thread.submit(let_them_pass, 60)
        assert waiting.result(60)


def test_a_run_that_fails_has_ended():
    with pytest.raises(ZeroDivisionError), visitors.first():
        raise ZeroDivisionError
    assert let_them_pass(0)


def test_the_page_is_being_run_while_a_drawing_is_read_and_no_longer(page, monkeypatch):
    passed, read = [], tab._read_and_outline

    def looking(*arguments):
        passed.append(let_them_pass(0))
        return read(*arguments)

    monkeypatch.setattr(tab, "_read_and_outline", looking)
    assert "4" in page.open(FOUR).text
    assert passed == [False] and let_them_pass(0)
