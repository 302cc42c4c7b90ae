"""A pass-through before the CA that counts connections. TLS goes through it
unread, so that a client may speak HTTP/2 as it does with the CA itself."""

import contextlib
import socket
import threading

from lab.gate import pump
from lab.process import free_port


class Tap:
    """Passes connections on to `target`."""

    def __init__(self, target):
        self.target = target
        self.port = free_port()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", self.port),
                                              backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/dir"

    def stop(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        with contextlib.closing(client), contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.target)) as up:
                for wire in (client, up):
                    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=pump, args=(up, client))
                back.start()
                pump(client, up)
                back.join()
