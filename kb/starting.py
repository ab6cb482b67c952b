"""What is settled before the server starts. It imports nothing heavy: until it is done, nobody sees a page."""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path

from threadpoolctl import threadpool_limits

from kb.errors import Refused

SECRET_FILE = "cookie-secret"


def home() -> Path:
    """The folder that holds the bases: SYMBIOSIS_HOME, by default data/ of the project."""
    return Path(os.environ.get("SYMBIOSIS_HOME") or Path(__file__).parents[1] / "data")


def limit_threads() -> None:
    """One thread for each numeric library: those loaded already, and those still to come (by their variables).

    Several people's reruns share the cores: libraries that each start a thread for every core then cost up to ten
    times as much.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threadpool_limits(1)


def may_start(address: str | None, accounts: bool) -> None:
    """Raise Refused where the server would be open to a network without anybody signing in. None: every network."""
    if accounts or _is_this_machine(address):
        return
    raise Refused(
        f"server.address is {address or 'every network'} and nobody has to sign in: "
        "set server.address to localhost or configure accounts"
    )


def cookie_secret(home: Path) -> str:
    """The secret that signs cookies, kept in a file only its owner reads, so that sessions outlive a restart."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / SECRET_FILE
    for _attempt in range(2):
        if path.exists() and path.stat().st_size:
            path.chmod(0o600)
            return path.read_text("ascii").strip()
        _write_secret(path)
    raise Refused(f"cannot keep a secret in {path}: delete the file and start again")


def _write_secret(path: Path) -> None:
    """Made beside it and moved there, so that nobody reads half a secret; whoever moves first wins."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(part, path)
        part.unlink()
    except FileExistsError:
        part.unlink()
    except OSError:  # a file system without hard links
        part.replace(path)


def _is_this_machine(address: str | None) -> bool:
    if not address:
        return False
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.strip().lower() == "localhost"
