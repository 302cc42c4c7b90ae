"""A door to the CA at which all is well, and which keeps a record of what the
CA and its client said to each other."""

import base64
import contextlib
import json
import threading

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from .faulty import Door

OVER = ("ready", "processing", "valid", "invalid")


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _payload(request):
    """What the client signed; nothing for POST-as-GET."""
    return json.loads(_decode(json.loads(request.body)["payload"]) or "{}")


def _public_key(csr):
    key = x509.load_der_x509_csr(csr).public_key()
    return key.public_bytes(serialization.Encoding.DER,
                            serialization.PublicFormat.SubjectPublicKeyInfo)


class Order:
    """One order as the CA made it, and what its client did with it."""

    def __init__(self, url, answer):
        self.url = url
        self.names = {entry["value"] for entry in answer["identifiers"]}
        self.authorizations = set(answer["authorizations"])
        self.finalize = answer["finalize"]
        self.certificate = None
        self.status = answer["status"]
        self.taken_up = False    # asked for anything of it
        self.keys = []           # of each finalize
        self.delivered = False   # the certificate was sent


class Recorder(Door):
    """Orders, accounts, and the tokens that the CA may ask for: from when it
    was told to look until it says that it has seen enough."""

    def __init__(self):
        super().__init__(None, None, 0, 0)
        self.orders = {}
        self.accounts = set()
        self._challenges = {}  # URL of a challenge: authorization, token
        self._open = {}        # token: its authorization
        self._record = threading.Lock()

    def answer(self, request):
        """The record is made before the CA, or its client, can act by it."""
        with self._record:
            self._note_request(request)
        answer = super().answer(request)
        if answer.code < 300:
            with self._record:
                self._note_answer(request, answer)
        return answer

    def open_tokens(self):
        with self._record:
            return set(self._open)

    def all_orders(self):
        with self._record:
            return list(self.orders.values())

    def _order_of(self, url):
        """The order that a URL belongs to."""
        authorization = self._challenges.get(url, (url,))[0]
        for order in self.orders.values():
            if url in (order.url, order.finalize, order.certificate) \
                    or authorization in order.authorizations:
                return order
        return None

    def _note_request(self, request):
        order = self._order_of(request.url)
        if order:
            order.taken_up = True
        if request.exchange == "finalize":
            order.keys.append(_public_key(_decode(_payload(request)["csr"])))
        elif request.url in self._challenges and _payload(request) == {}:
            authorization, token = self._challenges[request.url]
            self._open[token] = authorization

    def _note_answer(self, request, answer):
        location = dict(answer.headers).get("Location")
        if request.exchange == "newAccount":
            self.accounts.add(location)
        elif request.exchange == "certificate":
            self._order_of(request.url).delivered = True
        elif request.exchange not in ("directory", "newNonce"):
            self._note_object(request, location, json.loads(answer.body))

    def _note_object(self, request, location, said):
        if request.exchange == "newOrder":
            self.orders[location] = Order(location, said)
        elif "challenges" in said:
            self._note_authorization(request.url, said)
        elif "authorizations" in said:
            self._note_order(self._order_of(request.url), said)

    def _note_authorization(self, url, said):
        for challenge in said["challenges"]:
            if challenge["type"] == "http-01":
                self._challenges[challenge["url"]] = url, challenge["token"]
        if said["status"] != "pending":
            self._close({url})

    def _note_order(self, order, said):
        order.status = said["status"]
        order.certificate = said.get("certificate") or order.certificate
        if order.status in OVER:
            self._close(order.authorizations)

    def _close(self, authorizations):
        for token, authorization in list(self._open.items()):
            if authorization in authorizations:
                with contextlib.suppress(KeyError):
                    del self._open[token]
