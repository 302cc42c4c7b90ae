"""The handler acme-edge-status, and how it is asked."""

import http.client
import json
import os
import pathlib

import jsonschema

from .client import Answer
from .status import MAIN

PATH = "/acme-status"
PAGE = f"""
<Location {PATH}>
    SetHandler acme-edge-status
</Location>
"""
SCHEMA = json.loads(pathlib.Path(
    os.environ["ACME_EDGE_SRCDIR"], "docs/status.schema.json").read_text())


class Page(Answer):
    """One answer, read to its end."""

    def __init__(self, response):
        super().__init__(response)
        self.type = response.headers.get_content_type()

    def text(self):
        return self.body.decode()

    def json(self):
        """What it says, which must fit the schema."""
        assert self.type == "application/json"
        told = json.loads(self.body)
        jsonschema.validate(told, SCHEMA)
        return told


def get(httpd, query="", method="GET", path=PATH, body=None, **headers):
    """Ask for the page; `query` as written, `Accept_Language="ja"`."""
    wire = http.client.HTTPConnection("127.0.0.1", httpd.http, timeout=60)
    try:
        wire.request(method, path + query, body=body, headers={
            "Host": MAIN, "Connection": "close",
            **{name.replace("_", "-"): value
               for name, value in headers.items()}})
        return Page(wire.getresponse())
    finally:
        wire.close()


def listed(httpd, query=""):
    """The JSON of a page of the list."""
    return get(httpd, f"?format=json{query}").json()


def one(httpd, name):
    """The JSON of one certificate in full."""
    (cert,) = get(httpd, f"?format=json&cert={name}").json()["certificates"]
    return cert
