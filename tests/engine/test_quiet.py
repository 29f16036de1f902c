from __future__ import annotations

import logging

import pytest

from sideman.engine.quiet import only_errors


def test_errors_pass_and_the_rest_comes_back_afterwards(caplog) -> None:
    log = logging.getLogger("sideman.tests.quiet")

    def work() -> None:
        with only_errors(log.name):
            log.warning("advice")
            log.error("a fault")
            raise ValueError

    with caplog.at_level(logging.INFO):
        with pytest.raises(ValueError):  # noqa: PT011 - ours, without a text
            work()
        log.warning("news")
    assert [record.message for record in caplog.records] == ["a fault", "news"]
