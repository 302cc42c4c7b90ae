"""A gate before httpd's port 80: it can hold the CA's validation open."""

import contextlib
import socket
import threading

from .process import free_port


class Gate:
    """Passes connections to `target`; while closed, they wait at the gate with
    their request line noted."""

    def __init__(self, target):
        self.target = target
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
            with socket.create_connection(("127.0.0.1", self.target)) as up:
                up.sendall(head)
                back = threading.Thread(target=pump, args=(up, client))
                back.start()
                pump(client, up)
                back.join()


def pump(source, sink):
    """Copy what comes until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
