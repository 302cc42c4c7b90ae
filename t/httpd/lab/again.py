"""Pebble can lock itself up for good: it reads an authorization's state while
it holds the lock of its store, and elsewhere the other way round. Several
clients with orders of several names meet that within seconds, a single one
once in many thousand orders. Then no request is answered any more, and what a
test says of it is no verdict on the module: it is run once more."""

from _pytest.runner import runtestprotocol

# Places of the Pebbles that were found so, since the last forget().
found = []

# Both ends of it, in the stacks that a Go program tells when it has to quit.
ENDS = ("(*MemoryStore).FindValidAuthorization", "(*WebFrontEndImpl).Authz")
LOCKS = ("sync.RWMutex.Lock", "sync.RWMutex.RLock")


def is_deadlock(stacks):
    return all(words in stacks for words in ENDS + LOCKS)


def run_again(item, nextitem):
    """The reports of a test, of its second run where the first one failed by
    that."""
    found.clear()
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if found and any(report.failed for report in reports):
        item.user_properties.append(
            ("deadlock", f"Pebble locked itself up ({found[0]}): "
                         f"{item.nodeid} was run again"))
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    return reports
