"""diguan serve: the pages of this installation, served by waitress."""

from __future__ import annotations

import errno
import signal
import socket

import click

from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_


@click.command(help=N_("Serve the pages of this installation. Behind a web server for TLS, set DIGUAN_HTTPS=1."))
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("Address to listen on; 0.0.0.0 is every one."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help=N_("Requests served at once.")
)
@click.option("--proxy", default="127.0.0.1", show_default=True, help=N_("The web server trusted for X-Forwarded-*."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def serve(host: str, port: int, threads: int, proxy: str, lang: str | None) -> None:
    insist_on_free(host, port)
    with opened(lang):
        _warn_of_fallen_walls()
    listen(host, port, threads, proxy)


def _warn_of_fallen_walls() -> None:
    """Say where PostgreSQL does not hold back what lies out of scope; the pages are served all the same."""
    from django.db import connection

    if connection.vendor == "postgresql":
        from diguan.server.postgresql import walls

        for fault in walls.faults(connection):
            click.echo(fault, err=True)


def insist_on_free(host: str, port: int) -> None:
    """Refuse a port that can't be listened on, before any long work.

    Raises: click.ClickException that names the port and what to do.
    """
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise refused(host, port, error) from None


def refused(host: str, port: int, error: OSError) -> click.ClickException:
    """Put words to a port that can't be had."""
    say = translator(chosen())
    if error.errno == errno.EADDRINUSE:
        text = say(N_("Port {port} is taken by another program. Take another one: --port {other}"))
    elif error.errno == errno.EACCES:
        text = say(N_("Port {port} is reserved for the system. Take one above 1023: --port 8000"))
    else:
        text = say(N_("This machine can't listen on {host}, port {port}: {why}."))
    other = port + 1 if port < 65535 else 8000
    return click.ClickException(text.format(host=host, port=port, other=other, why=error.strerror or error))


def listen(host: str, port: int, threads: int = 8, proxy: str = "127.0.0.1") -> None:
    """Serve until stopped. Django must have been set up."""
    import waitress
    from django.conf import settings

    from diguan.intake import jobs as imports
    from diguan.journal.sealer import Sealer
    from diguan.screening import jobs as screenings
    from diguan.server.wsgi import application

    trusted = {"trusted_proxy": proxy, "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto"}
    try:
        server = waitress.create_server(
            application, host=host, port=port, threads=threads, ident=None, **(trusted if settings.HTTPS else {})
        )
    except OSError as error:
        raise refused(host, port, error) from None
    say = translator(chosen())
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    click.echo(say(N_("Diguan is served at http://{address} – stop it with Ctrl+C.")).format(address=f"{shown}:{port}"))
    # A service is stopped with SIGTERM; what was journalled until then is sealed as after Ctrl+C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Sealer():
            for jobs in (imports, screenings):
                jobs.wake()  # what an earlier process was stopped at goes on
            server.run()
    except KeyboardInterrupt:
        click.echo(say(N_("Stopped.")))
    finally:
        server.close()
