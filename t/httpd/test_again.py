"""A failure is run again where Pebble locked itself up, and nowhere else."""

import signal

from lab.again import found, is_deadlock
from lab.process import free_port

STUCK = """goroutine 7 [sync.RWMutex.RLock]:
sync.(*RWMutex).RLock(...)
pebble/db.(*MemoryStore).FindValidAuthorization(0x1)
goroutine 8 [sync.RWMutex.RLock]:
pebble/wfe.(*WebFrontEndImpl).Authz(0x2)
goroutine 9 [sync.RWMutex.Lock]:
pebble/db.(*MemoryStore).AddChallenge(0x3)
"""


def test_the_deadlock_is_known_by_its_stacks():
    assert is_deadlock(STUCK)
    for end in ("FindValidAuthorization", ").Authz", "RWMutex.Lock]"):
        assert not is_deadlock(STUCK.replace(end, ""))


def test_a_pebble_that_waits_for_work_is_none(make_pebble):
    found.clear()
    pebble = make_pebble(free_port())
    pebble.process.stop(signal.SIGQUIT)
    assert "goroutine" in pebble.process.said()
    assert not is_deadlock(pebble.process.said())
    make_pebble(free_port()).stop()
    assert found == []
