"""An HTTP proxy that knows CONNECT alone, and a CA that says nothing."""

import contextlib
import socket
import threading

from .gate import pump
from .process import free_port


class _Listener:
    def __init__(self, host="127.0.0.1"):
        self.port = free_port()
        self._socket = socket.create_server(
            (host, self.port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def stop(self):
        self._socket.close()


class Proxy(_Listener):
    """Passes tunnels on and counts them."""

    def __init__(self, **options):
        self.tunnels = []
        super().__init__(**options)

    def _serve(self, client):
        with contextlib.closing(client), contextlib.suppress(OSError):
            head = client.recv(65536).decode()
            method, target = head.split(" ")[:2]
            self.tunnels.append((method, target))
            host, port = target.rsplit(":", 1)
            with socket.create_connection((host.strip("[]"),
                                           int(port))) as up:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(up, client))
                back.start()
                pump(client, up)
                back.join()


class Silence(_Listener):
    """Takes connections and never says a word."""

    def __init__(self):
        self.clients = []
        super().__init__()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/dir"

    def _serve(self, client):
        self.clients.append(client)
