"""What /server-status tells of certificates."""

import datetime
import re

from . import client

MAIN = "main.example.org"
PLAIN = f"""
<VirtualHost *:{{http}}>
    ServerName {MAIN}
</VirtualHost>
"""


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")


def statuses(httpd):
    """By name, what ?auto tells of each certificate."""
    text = client.ask(httpd.http, "/server-status?auto", host=MAIN).body
    found = {}
    for line in text.decode().splitlines():
        match = re.match(r"ACMECertificate\[(\d+)\](\w+): (.*)", line)
        if match:
            found.setdefault(match[1], {})[match[2]] = match[3]
    return {facts["Name"]: facts for facts in found.values()}
