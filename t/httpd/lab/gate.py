"""A gate before httpd's port 80: it can hold the CA's validation open, and ask
again where a server was killed, as a CA with several vantage points does."""

import contextlib
import socket
import threading
import time

from .process import free_port


class Gate:
    """Passes connections to the first of `targets` that listens; while closed,
    they wait at the gate with their request line noted. Where no byte came
    back, it asks again for `patience` seconds."""

    def __init__(self, *targets, patience=0):
        self.targets = targets
        self.patience = patience
        self.port = free_port()
        self.paths = []
        self._open = threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._open.clear()

    def open(self):
        self._open.set()

    def stop(self):
        self.open()
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        with contextlib.closing(client), contextlib.suppress(OSError):
            head = client.recv(65536)
            if not head:
                return
            self.paths.append(head.split(b" ")[1].decode())
            self._open.wait(120)
            end = time.monotonic() + self.patience
            while not self._pass_on(client, head) and time.monotonic() < end:
                time.sleep(0.05)

    def _reach(self):
        for target in self.targets[:-1]:
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", target))
        return socket.create_connection(("127.0.0.1", self.targets[-1]))

    def _pass_on(self, client, head):
        """Whether an answer began."""
        try:
            with self._reach() as up:
                up.sendall(head)
                begun = up.recv(65536)
                if not begun:
                    return False
                client.sendall(begun)
                back = threading.Thread(target=pump, args=(up, client))
                back.start()
                pump(client, up)
                back.join()
                return True
        except OSError:
            return False


def pump(source, sink):
    """Copy what comes until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
