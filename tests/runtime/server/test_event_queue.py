"""What lies between the two threads."""

from __future__ import annotations

import threading

from sideman.runtime.server.event_queue import EventQueue
from sideman.runtime.server.events import Configure, Idle, Load, Print, Reset

A, B = ("127.0.0.1", 1), ("127.0.0.1", 2)


def taken(queue: EventQueue, count: int) -> list:
    return [queue.take() for _ in range(count)]


def test_events_keep_their_order_among_steps():
    queue = EventQueue()
    queue.resize(10, 40)
    first, second = queue.borrow(), queue.borrow()
    events = [Reset(A), first, Load(A), Print(A), second, Reset(A)]
    for event in events:
        if event in (first, second):
            queue.put_step(event)
        else:
            assert queue.put_control(event)
    assert taken(queue, 6) == events


def test_settings_in_a_row_become_the_last_one():
    queue = EventQueue()
    for setting in (1, 2, 3):
        queue.put_control(Configure(setting, A))
    queue.put_control(Reset(A))
    queue.put_control(Configure(4, A))
    assert taken(queue, 3) == [Configure(3, A), Reset(A), Configure(4, A)]


def test_requests_in_a_row_are_not_repeated():
    queue = EventQueue()
    for event in (Load(A), Load(A), Load(B), Reset(B), Reset(B)):
        assert queue.put_control(event)
    assert taken(queue, 3) == [Load(A), Load(B), Reset(B)]


def test_controls_beyond_the_limit_are_refused_until_some_are_taken():
    queue = EventQueue()
    accepted = 0
    while queue.put_control((Load if accepted % 2 else Reset)(A)):
        accepted += 1
        assert accepted < 1_000
    assert queue.full
    queue.take()
    assert queue.put_control(Print(A))


def test_take_waits_and_close_ends_it():
    queue = EventQueue()
    result = []
    thread = threading.Thread(target=lambda: result.extend(taken(queue, 2)))
    thread.start()
    queue.put_control(Reset(A))
    queue.close()
    thread.join(10)
    assert not thread.is_alive()
    assert result[-1] is None


def test_another_model_forgets_steps_and_settings_but_no_request():
    queue = EventQueue()
    queue.resize(10, 40)
    buffers = [queue.borrow() for _ in range(7)]
    dropped, wanted = buffers[:2]
    dropped.wanted = False
    queue.put_control(Load(A))
    queue.put_step(dropped)
    queue.put_control(Configure(1, A))
    queue.put_step(wanted)
    queue.put_control(Reset(A))
    wanted.batch_id, wanted.sender = 7, B
    assert queue.forget_settings() == (7, B)
    assert queue.forget_settings() is None
    assert taken(queue, 2) == [Load(A), Reset(A)]


def test_buffers_of_forgotten_steps_are_used_again():
    queue = EventQueue()
    queue.resize(10, 40)
    buffers = {id(queue.borrow()): None for _ in range(7)}
    assert len(buffers) == 7
    again = queue.borrow()  # more than there should ever be: a new one rather than a failure
    again.wanted = False
    queue.put_step(again)
    queue.forget_settings()
    assert queue.borrow() is again


def test_buffers_are_used_again_and_those_of_another_length_are_not():
    queue = EventQueue()
    queue.resize(10, 40)
    old = queue.borrow()
    queue.release(old)
    assert queue.borrow() is old
    queue.resize(20, 40)
    queue.release(old)
    assert all(len(queue.borrow().audio) == 20 for _ in range(12))


def test_a_wait_that_is_too_long_is_an_event_of_its_own():
    queue = EventQueue()
    assert queue.take(0.001) == Idle()
    queue.put_control(Reset(A))
    assert queue.take(10.0) == Reset(A)
    queue.close()
    assert queue.take(0.001) is None
