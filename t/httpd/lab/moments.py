"""Faults at each moment of the disk, a batch of servers side by side."""

import concurrent.futures

SIDE_BY_SIDE = 12
MOMENTS_MAX = 120


def at_each_moment(run, first=1):
    """Call `run(moment)`, which tells whether its fault came, for all moments
    there are: until a whole batch of them never comes. Tell those that did."""
    hits = []
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for begin in range(first, MOMENTS_MAX, SIDE_BY_SIDE):
            batch = range(begin, begin + SIDE_BY_SIDE)
            hit = [moment for moment, came
                   in zip(batch, pool.map(run, batch)) if came]
            hits += hit
            if hits and not hit:
                return hits
    raise AssertionError(f"no end of moments: {hits}")
