"""What a request for a challenge gets, and what every other gets as before."""

import http.client

import pytest

from lab import client
from lab.process import free_port
from lab.sites import redirect, secure

NAME = "www.example.org"
INVENTED = "A" * 43


class Validation:
    """An issuance whose validation is held open at a gate."""

    def __init__(self, make_httpd, make_pebble, make_gate, body, **options):
        http = free_port()
        self.gate = make_gate(http)
        self.gate.close()
        self.pebble = make_pebble(self.gate.port)
        self.httpd = make_httpd(body, pebble=self.pebble, http=http,
                                **options).start()
        self.httpd.require(lambda: self.gate.paths, 60, "validation request")
        self.path = self.gate.paths[0]
        assert self.path.startswith(client.CHALLENGE)

    def ask(self, path, **options):
        return client.ask(self.httpd.http, path, **options)

    def finish(self):
        self.gate.open()
        self.httpd.wait_live(NAME)


@pytest.fixture
def validate(make_httpd, make_pebble, make_gate):
    def make(body, **options):
        return Validation(make_httpd, make_pebble, make_gate, body, **options)
    return make


def served_right(validation, path=None, **options):
    token = validation.path[len(client.CHALLENGE):]
    answer = validation.ask(path or validation.path, **options)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    head, _, thumbprint = answer.body.decode().partition(".")
    assert head == token
    assert len(thumbprint) == 43  # and no newline: RFC 8555 section 8.3
    return answer


def strange(path):
    """Requests that are not the CA's, as (method, path)."""
    return [("GET", client.CHALLENGE + INVENTED),
            ("POST", path), ("PUT", path), ("DELETE", path),
            ("OPTIONS", path),
            ("GET", "/"), ("GET", "/other"), ("GET", client.CHALLENGE),
            ("GET", path + "/deeper"), ("GET", path + "/"),
            ("GET", path[:-1]), ("GET", path + "x"),
            ("GET", client.CHALLENGE + "x/../" + path.rsplit("/", 1)[1]),
            ("GET", "/../" + path), ("GET", "/" + path),
            ("GET", path.replace("/acme-challenge/", "/acme-challenge%2F")),
            ("GET", path.replace(".well-known", "%2Ewell-known")),
            ("GET", client.CHALLENGE + "A" * 10240),
            ("GET", client.CHALLENGE + "%00"),
            ("GET", client.CHALLENGE + "a b")]


def without_module(make_httpd, body):
    """The same server without the module, and so without TLS."""
    return make_httpd(body.replace("ACMEEngine on", "")
                      .replace("SSLEngine on", ""), module=False).start()


BODIES = {
    "redirect": redirect(NAME),
    "rewrite": """
<VirtualHost *:{http}>
    ServerName www.example.org
    RewriteEngine on
    RewriteRule ^/?(.*)$ https://www.example.org/$1 [R=301,L]
</VirtualHost>
""",
    "proxy": """
<VirtualHost *:{http}>
    ServerName www.example.org
    ProxyPass / http://127.0.0.1:1/
    ProxyErrorOverride off
</VirtualHost>
""",
    "alias": """
<VirtualHost *:{http}>
    ServerName www.example.org
    Alias /.well-known/acme-challenge/ {root}/htdocs/tokens/
    <Directory {root}/htdocs>
        Require all granted
    </Directory>
</VirtualHost>
""",
    "denied": """
<VirtualHost *:{http}>
    ServerName www.example.org
    <Location />
        Require all denied
    </Location>
</VirtualHost>
""",
}


@pytest.mark.parametrize("kind", BODIES)
def test_only_the_token_is_answered(validate, make_httpd, kind):
    # Otherwise httpd itself ends a line of 10 kB with 414.
    body = "LimitRequestLine 16384\n" + BODIES[kind] + secure(NAME)
    validation = validate(body)
    plain = without_module(make_httpd, body)
    for server in (validation.httpd, plain):
        server.announce(r"AH01114|AH00957|AH01084|AH01630|AH01797|AH10244",
                        r"\[proxy|\[core:error\]|\[authz_core:error\]")
    assert served_right(validation).headers["Content-Length"] == str(
        len(validation.ask(validation.path).body))
    head = validation.ask(validation.path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    served_right(validation, host="any.example.net")
    odd = {"%", " "}  # httpd itself refuses some of these
    for method, path in strange(validation.path):
        with_module = validation.ask(path, method=method)
        other = client.ask(plain.http, path, method=method)
        ports = (str(validation.httpd.http), str(plain.http))
        assert with_module.status == other.status, (method, path[:60])
        assert with_module.body.replace(ports[0].encode(), b"") \
            == other.body.replace(ports[1].encode(), b""), (method, path[:60])
        if kind == "redirect" and method == "GET" \
                and odd.isdisjoint(path) and not path.startswith("/.."):
            assert with_module.status == 301, (method, path[:60])
    validation.finish()
    assert validation.ask(validation.path).status != 200


def test_another_clients_token_file_is_still_found(validate):
    validation = validate(BODIES["alias"] + secure(NAME))
    tokens = validation.httpd.directory / "htdocs/tokens"
    tokens.mkdir(mode=0o755)
    (tokens / "other-client").write_text("its answer")
    answer = validation.ask(client.CHALLENGE + "other-client")
    assert (answer.status, answer.body) == (200, b"its answer")
    validation.finish()


def test_the_tls_host_answers_before_its_first_certificate(validate):
    """A CA follows redirects to 443 and does not look at the certificate
    there; all else is 503 until the first one is deployed."""
    validation = validate(redirect(NAME) + secure(NAME))
    port = validation.httpd.https
    answer = client.ask_tls(port, NAME, validation.path)
    assert answer.status == 200
    assert client.ask_tls(port, NAME, "/").status == 503
    validation.finish()


@pytest.mark.parametrize("how", ["graceful", "restart"])
def test_a_restart_in_the_middle_of_a_validation_loses_nothing(validate, how):
    validation = validate(redirect(NAME) + secure(NAME))
    before = served_right(validation).body
    httpd = validation.httpd
    orders = validation.pebble.requests("POST /order-plz")
    getattr(httpd, how)()
    httpd.wait_log(r"resuming normal operations", count=2)
    assert served_right(validation).body == before
    validation.finish()
    repeated = validation.pebble.requests("JWS has an invalid anti-replay")
    assert validation.pebble.requests("POST /order-plz") \
        <= orders + repeated


def test_kept_alive_and_in_the_access_log(validate):
    validation = validate(redirect(NAME) + secure(NAME))
    wire = http.client.HTTPConnection("127.0.0.1", validation.httpd.http)
    for _ in range(3):
        wire.request("GET", validation.path, headers={"Host": NAME})
        answer = wire.getresponse()
        assert (answer.status, answer.will_close) == (200, False)
        answer.read()
    wire.close()
    log = (validation.httpd.directory / "access.log").read_text()
    assert f'"GET {validation.path} HTTP/1.1" 200' in log
    validation.finish()
