"""A client of HTTP/2: one connection, one request after the other."""

import h2.config
import h2.connection
import h2.events


class Http2:
    """On a TLS connection for which `h2` was agreed."""

    def __init__(self, wire):
        if wire.selected_alpn_protocol() != "h2":
            raise ConnectionError("no HTTP/2")
        self._wire = wire
        self._state = h2.connection.H2Connection(
            h2.config.H2Configuration(header_encoding="utf-8"))
        self._state.initiate_connection()
        self._send()

    def _send(self):
        self._wire.sendall(self._state.data_to_send())

    def ask(self, host, path="/"):
        """Status, fields and body."""
        stream = self._state.get_next_available_stream_id()
        self._state.send_headers(stream, [
            (":method", "GET"), (":scheme", "https"), (":authority", host),
            (":path", path)], end_stream=True)
        self._send()
        fields, body = {}, b""
        for event in self._events(stream):
            if isinstance(event, h2.events.ResponseReceived):
                fields = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                body += event.data
        return int(fields[":status"]), fields, body

    def _events(self, stream):
        """Until the end of the stream. A server that wants to leave fails."""
        while True:
            data = self._wire.recv(65536)
            if not data:
                raise ConnectionError("closed")
            for event in self._state.receive_data(data):
                if isinstance(event, (h2.events.ConnectionTerminated,
                                      h2.events.StreamReset)):
                    raise ConnectionError(repr(event))
                if getattr(event, "stream_id", None) == stream:
                    yield event
                if isinstance(event, h2.events.StreamEnded):
                    self._send()
                    return
            self._send()
