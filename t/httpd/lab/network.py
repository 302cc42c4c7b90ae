"""A network of its own for one test and all that it starts: ports 80, 443 and
53 are free there, and the system's resolver asks the laboratory's DNS."""

import contextlib
import ctypes
import os
import subprocess

# Of documents (RFC 5737, RFC 3849); at the last two nobody answers.
V4, V6 = "192.0.2.80", "2001:db8::80"
NOBODYS_V4, NOBODYS_V6 = "192.0.2.99", "2001:db8::99"

NEW_NETWORK = 0x40000000  # <sched.h>
NEW_MOUNTS = 0x00020000
NEW_DIRECTORIES = 0x00000200

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *words):
    if function(*words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _run(*words):
    subprocess.run([str(word) for word in words], check=True)


def _cover(path, text, directory):
    """Another file in the place of one of the system's, here alone."""
    own = directory / os.path.basename(path)
    own.write_text(text)
    own.chmod(0o644)
    _run("mount", "--bind", own, os.path.realpath(path))


@contextlib.contextmanager
def own_network(directory, addresses, nameserver="127.0.0.1"):
    """This thread, and what it starts, are in it. `addresses` are those of
    its one interface, beside the loopback ones."""
    before = [(os.open(f"/proc/thread-self/ns/{name}", os.O_RDONLY), kind)
              for name, kind in (("net", NEW_NETWORK), ("mnt", NEW_MOUNTS))]
    call(libc.unshare, NEW_NETWORK | NEW_MOUNTS)
    try:
        _run("mount", "--make-rprivate", "/")
        _cover("/etc/resolv.conf", f"nameserver {nameserver}\n", directory)
        _cover("/etc/nsswitch.conf", "hosts: dns\n", directory)
        _run("ip", "link", "set", "lo", "up")
        for address in addresses:
            _run("ip", "address", "add", address, "dev", "lo",
                 *(["nodad"] if ":" in address else []))
        yield
    finally:
        # Threads that began here share them, which keeps us from going back.
        call(libc.unshare, NEW_DIRECTORIES)
        for descriptor, kind in before:
            call(libc.setns, descriptor, kind)
            os.close(descriptor)
