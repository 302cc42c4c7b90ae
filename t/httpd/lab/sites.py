"""Virtual hosts for the configurations of tests."""


def redirect(*names):
    """Port 80 of a site: everything goes to https."""
    return f"""
<VirtualHost *:{{http}}>
    ServerName {names[0]}
    {"".join(f"ServerAlias {name} " + chr(10) for name in names[1:])}
    Redirect permanent / https://{names[0]}/
</VirtualHost>
"""


def secure(*names, engine="ACMEEngine on", inside=""):
    """Port 443 of a site."""
    return f"""
<VirtualHost *:{{https}}>
    ServerName {names[0]}
    {"".join(f"ServerAlias {name} " + chr(10) for name in names[1:])}
    SSLEngine on
    {engine}
    {inside}
</VirtualHost>
"""


def site(*names, **options):
    return redirect(*names) + secure(*names, **options)
