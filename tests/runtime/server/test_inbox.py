"""What lies between the two threads."""

from __future__ import annotations

import threading

from sideman.runtime.server.inbox import Configure, Idle, Inbox, Load, Print, Reset

A, B = ("127.0.0.1", 1), ("127.0.0.1", 2)


def taken(inbox: Inbox, count: int) -> list:
    return [inbox.take() for _ in range(count)]


def test_events_keep_their_order_among_steps():
    inbox = Inbox()
    inbox.resize(10, 40)
    first, second = inbox.borrow(), inbox.borrow()
    events = [Reset(A), first, Load(A), Print(A), second, Reset(A)]
    for event in events:
        if event in (first, second):
            inbox.put_step(event)
        else:
            assert inbox.put_control(event)
    assert taken(inbox, 6) == events


def test_settings_in_a_row_become_the_last_one():
    inbox = Inbox()
    for setting in (1, 2, 3):
        inbox.put_control(Configure(setting, A))
    inbox.put_control(Reset(A))
    inbox.put_control(Configure(4, A))
    assert taken(inbox, 3) == [Configure(3, A), Reset(A), Configure(4, A)]


def test_requests_in_a_row_are_not_repeated():
    inbox = Inbox()
    for event in (Load(A), Load(A), Load(B), Reset(B), Reset(B)):
        assert inbox.put_control(event)
    assert taken(inbox, 3) == [Load(A), Load(B), Reset(B)]


def test_controls_beyond_the_limit_are_refused_until_some_are_taken():
    inbox = Inbox()
    accepted = 0
    while inbox.put_control((Load if accepted % 2 else Reset)(A)):
        accepted += 1
        assert accepted < 1_000
    assert inbox.full
    inbox.take()
    assert inbox.put_control(Print(A))


def test_take_waits_and_close_ends_it():
    inbox = Inbox()
    result = []
    thread = threading.Thread(target=lambda: result.extend(taken(inbox, 2)))
    thread.start()
    inbox.put_control(Reset(A))
    inbox.close()
    thread.join(10)
    assert not thread.is_alive()
    assert result[-1] is None


def test_another_model_forgets_steps_and_settings_but_no_request():
    inbox = Inbox()
    inbox.resize(10, 40)
    buffers = [inbox.borrow() for _ in range(7)]
    dropped, wanted = buffers[:2]
    dropped.wanted = False
    inbox.put_control(Load(A))
    inbox.put_step(dropped)
    inbox.put_control(Configure(1, A))
    inbox.put_step(wanted)
    inbox.put_control(Reset(A))
    wanted.batch_id, wanted.sender = 7, B
    assert inbox.forget_settings() == (7, B)
    assert inbox.forget_settings() is None
    assert taken(inbox, 2) == [Load(A), Reset(A)]


def test_buffers_of_forgotten_steps_are_used_again():
    inbox = Inbox()
    inbox.resize(10, 40)
    buffers = {id(inbox.borrow()): None for _ in range(7)}
    assert len(buffers) == 7
    again = inbox.borrow()  # more than there should ever be: a new one rather than a failure
    again.wanted = False
    inbox.put_step(again)
    inbox.forget_settings()
    assert inbox.borrow() is again


def test_buffers_are_used_again_and_those_of_another_length_are_not():
    inbox = Inbox()
    inbox.resize(10, 40)
    old = inbox.borrow()
    inbox.release(old)
    assert inbox.borrow() is old
    inbox.resize(20, 40)
    inbox.release(old)
    assert all(len(inbox.borrow().audio) == 20 for _ in range(12))


def test_a_wait_that_is_too_long_is_an_event_of_its_own():
    inbox = Inbox()
    assert inbox.take(0.001) == Idle()
    inbox.put_control(Reset(A))
    assert inbox.take(10.0) == Reset(A)
    inbox.close()
    assert inbox.take(0.001) is None
