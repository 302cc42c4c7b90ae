"""Somebody with a browser on the page of acme-edge-manager."""

import base64
import hashlib
import html.parser
import http.client
import urllib.parse

from .client import Answer, context_for
from .httpd import MODULES
from .status import MAIN

PATH = "/acme"
PASSWORD = "open sesame"

# What a Location needs to know its users by password.
AUTH = "\n".join(
    f"LoadModule {name}_module {MODULES}/mod_{name}.so"
    for name in ("authn_core", "authn_file", "auth_basic", "authz_user")
    if (MODULES / f"mod_{name}.so").exists())


def location(path=PATH, who="Require valid-user"):
    return f"""
<Location {path}>
    SetHandler acme-edge-manager
    AuthType Basic
    AuthName acme
    AuthUserFile "{{root}}/users"
    {who}
</Location>
"""


def write_users(httpd, *users, password=PASSWORD):
    """A line for each, as htpasswd -s writes it."""
    digest = base64.b64encode(hashlib.sha1(password.encode()).digest())
    (httpd.directory / "users").write_text(
        "".join(f"{user}:{{SHA}}{digest.decode()}\n" for user in users))


class Page(html.parser.HTMLParser):
    """What a page has: its forms' fields by certificate, its notice, its
    answer, and whether it comes again by itself."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.notice, self.answer = {}, "", ""
        self.role = ""
        self.renews = False
        self._form, self._open = None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "form" and known.get("method") == "post":
            self._form = {"action": known["action"], "buttons": []}
        elif tag == "input" and self._form is not None:
            self._form[known["name"]] = known["value"]
            self.forms[self._form.get("name")] = self._form
        elif tag == "button" and self._form is not None:
            assert known["name"] == "do"
            self._form["buttons"].append(known["value"])
        elif tag == "p" and "notice" in known.get("class", "").split():
            self._open, self.role = "notice", known.get("role")
        elif tag == "pre":
            self._open = "answer"
        elif tag == "meta":
            self.renews |= known.get("http-equiv") == "refresh"

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag in ("p", "pre"):
            self._open = None

    def handle_data(self, data):
        if self._open:
            setattr(self, self._open, getattr(self, self._open) + data)


class Visitor:
    """A browser that is logged in. With a certificate (file and key), it comes
    by TLS."""

    def __init__(self, httpd, user=None, password=PASSWORD, host=MAIN,
                 path=PATH, certificate=None):
        self.httpd, self.user, self.password = httpd, user, password
        self.host, self.path, self.certificate = host, path, certificate
        self.port = httpd.https if certificate else httpd.http
        scheme = "https" if certificate else "http"
        self.origin = f"{scheme}://{host}:{self.port}"

    def _connect(self):
        if not self.certificate:
            return http.client.HTTPConnection("127.0.0.1", self.port, 120)
        context = context_for()
        context.load_cert_chain(*map(str, self.certificate))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=120, context=context)
        connection.connect()
        return connection

    def ask(self, method, path, body=None, headers=()):
        """One request, as written."""
        known = {"Host": f"{self.host}:{self.port}", "Connection": "close"}
        if self.user is not None:
            words = f"{self.user}:{self.password}".encode()
            known["Authorization"] = \
                f"Basic {base64.b64encode(words).decode()}"
        known.update(headers)
        connection = self._connect()
        try:
            connection.request(method, path, body,
                               {name: value for name, value in known.items()
                                if value is not None})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, query="", **options):
        return self.ask("GET", self.path + query, **options)

    def page(self, query=""):
        answer = self.get(query)
        assert answer.status == 200, answer.body
        return Page(answer.body.decode())

    def form(self, name):
        return self.page().forms[name]

    def send(self, fields, headers=()):
        """A form's fields, as a browser sends them from the page."""
        return self.ask("POST", self.path, urllib.parse.urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.origin, "Sec-Fetch-Site": "same-origin",
            **dict(headers)})

    def press(self, verb, name, form=None):
        """Press a button, of the page as it is now or as it was."""
        form = form or self.form(name)
        assert verb in form["buttons"]
        return self.send(fields(form, verb))


def fields(form, verb):
    """What the button of a form sends."""
    return {key: form[key] for key in form
            if key not in ("action", "buttons")} | {"do": verb}
