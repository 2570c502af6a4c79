"""A PostgreSQL server for as long as tests or measurements run: its own folder, one free port, gone at the end."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from steps import Trouble

OLDEST = 14
OWNER, APPLICATION = "diguan_owner", "diguan_app"
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
_SETTINGS = {"max_connections": "60", "shared_buffers": "128MB", "log_min_messages": "fatal"}
# For tests, where nothing kept has to survive a power cut.
_HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # It would note that a table is empty after a test, and plans of the next would rest on that.
    "autovacuum": "off",
}
_ROLES = f"""
CREATE ROLE {OWNER} LOGIN CREATEDB;
CREATE ROLE {APPLICATION} LOGIN;
GRANT pg_signal_backend TO {OWNER};
"""


@dataclass(frozen=True)
class Cluster:
    """A server that runs: where its socket lies, and the addresses of the two roles."""

    folder: Path
    port: int

    def url(self, role: str, database: str = "diguan") -> str:
        return f"postgresql://{role}@:{self.port}/{database}?host={self.folder}"

    @property
    def env(self) -> dict[str, str]:
        """What a program's environment says to work on this server."""
        return {"DIGUAN_DATABASE": self.url(APPLICATION), "DIGUAN_DATABASE_OWNER": self.url(OWNER)}


def programs() -> Path | None:
    """Return the folder of the newest server programs of this machine; DIGUAN_POSTGRESQL names another one."""
    named = os.environ.get("DIGUAN_POSTGRESQL")
    on_path = shutil.which("initdb")
    folders = [Path(named)] if named else [Path(found) for place in _PLACES for found in Path("/").glob(place[1:])]
    if on_path and not named:
        folders.append(Path(on_path).resolve().parent)
    found = [(version, folder) for folder in folders if (version := _version(folder)) >= OLDEST]
    return max(found)[1] if found else None


def _version(folder: Path) -> int:
    if not all((folder / name).is_file() for name in ("initdb", "postgres", "pg_ctl", "pg_dump")):
        return 0
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a server; stop it and remove its folder at the end. `durable` takes the time that a server in earnest takes.

    Raises: Trouble in words, if there are no server programs or they do not start.
    """
    bin_folder = programs()
    if bin_folder is None:
        raise Trouble(
            f"There is no PostgreSQL server of version {OLDEST} or newer here. Install one (Debian, Ubuntu: apt install "
            "postgresql; macOS: brew install postgresql), or name the folder of its programs: DIGUAN_POSTGRESQL=/path/bin"
        )
    # A socket's path may be 107 signs long, so it lies right below /tmp.
    folder = Path(tempfile.mkdtemp(prefix="diguan-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    user = _server_user()
    try:
        _make(bin_folder, folder, user, _SETTINGS if durable else {**_SETTINGS, **_HASTY})
        yield from _served(bin_folder, folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(bin_folder: Path, folder: Path, user: str | None, settings: Mapping[str, str]) -> None:
    if user:
        shutil.chown(folder, user)
    words = ["--auth-local=trust", "--auth-host=reject", "--username=postgres", "--encoding=UTF8", "--no-sync"]
    # The collation of an installation in China, so that no order rests on that of the bytes.
    words += ["--locale=C.UTF-8"]
    words += ["--locale-provider=icu", "--icu-locale=zh-Hans-CN"] if _version(bin_folder) >= 15 else []
    _run([bin_folder / "initdb", "-D", folder / "data", *words], folder, user)
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.write("\n".join(["", *lines, "listen_addresses = ''", f"unix_socket_directories = '{folder}'", ""]))


def _served(bin_folder: Path, folder: Path, user: str | None) -> Iterator[Cluster]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control = [bin_folder / "pg_ctl", "-D", folder / "data", "-w", "-t", "60"]
    _run([*control, "-l", folder / "server.log", "-o", f"-p {port}", "start"], folder, user)
    try:
        cluster = Cluster(folder, port)
        psql = [
            bin_folder / "psql",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            folder,
            "-p",
            str(port),
            "-U",
            "postgres",
        ]
        _run([*psql, "-d", "postgres", "-c", _ROLES], folder, user)
        _run([*psql, "-d", "postgres", "-c", f"CREATE DATABASE diguan OWNER {OWNER}"], folder, user)
        yield cluster
    finally:
        _run([*control, "-m", "immediate", "stop"], folder, user)


def _server_user() -> str | None:
    """Return whom the server runs as: nobody may run one as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in ("postgres", "nobody") if name in names), None)
    if found is None:
        raise Trouble("PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.")
    return found


def _run(words: Sequence[object], folder: Path, user: str | None) -> None:
    """Run one of the server's programs. Raises: Trouble with the end of what it said."""
    with (folder / "said").open("w+") as said:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )
        if done.returncode == 0:
            return
        said.seek(0)
        told = said.read().strip().splitlines()[-8:]
    raise Trouble(f"{Path(str(words[0])).name} failed:\n" + "\n".join(f"      {line}" for line in told))
