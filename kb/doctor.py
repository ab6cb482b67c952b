"""Is it safe and sound to run? Each check says what it found and how to mend it."""

from __future__ import annotations

import os
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from kb import audit, migrations
from kb.errors import Refused
from kb.importing import bulk
from kb.models import Base, Import, ImportFile
from kb.starting import SECRET_FILE, may_start
from kb.store import KnowledgeBase, engines, open_base

CONFIG = Path(__file__).parents[1] / ".streamlit" / "config.toml"
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is as it should be, and what was found."""

    name: str
    ok: bool
    detail: str


def examine(
    base: KnowledgeBase, *, address: str | None, home: Path, accounts: bool = False, config: Path = CONFIG
) -> list[Check]:
    """Look at the base, the home and the server's settings. Never raises: what cannot be looked at is a failed check.

    address is what the server binds to (server.address; none: every network), accounts whether people sign in.
    """
    looks: dict[str, Callable[[], str]] = {
        "base opens": lambda: _opens(base),
        "schema": lambda: _schema(base),
        "pages of the base": lambda: _pages(base),
        "durable settings": lambda: _durable(base),
        "readers cannot write": lambda: _read_only(base),
        "references": lambda: _references(base),
        "audit chain": lambda: _chain(base),
        "import ledger": lambda: _ledger(base),
        "disk space": lambda: _space(home),
        "home folder": lambda: _private(home),
        "cookie secret": lambda: _secret(home),
        "network": lambda: _network(address, accounts),
        "error details": lambda: _error_details(config),
        "allowed hosts": lambda: _allowed_hosts(config),
    }
    return [_look(name, look) for name, look in looks.items()]


def examine_address(url: str, home: Path, *, accounts: bool = False, config: Path = CONFIG) -> list[Check]:
    """Examine the base of this URL as it is, without migrating it; a SQLite base that is not there yet is made.

    The server's address is taken from Streamlit's settings. Never raises.
    """
    try:
        base = engines(url)
        if base.path and not base.path.exists():
            base = open_base(url)
    except Refused as refused:
        return [Check("base opens", False, str(refused))]
    try:
        address = _setting(config, "server", "address", "STREAMLIT_SERVER_ADDRESS")
    except (Refused, ValueError, OSError):
        address = None
    return examine(base, address=address, home=home, accounts=accounts, config=config)


def _look(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except Refused as refused:
        return Check(name, False, str(refused))
    except DBAPIError as error:
        return Check(name, False, str(error.orig).strip().splitlines()[0])
    except (OSError, ValueError) as error:
        return Check(name, False, f"{type(error).__name__}: {error}")


def _opens(base: KnowledgeBase) -> str:
    with base.reading() as connection:
        version = text("SELECT sqlite_version()" if base.is_sqlite else "SHOW server_version")
        return f"{'SQLite' if base.is_sqlite else 'PostgreSQL'} {connection.scalar(version)}"


def _schema(base: KnowledgeBase) -> str:
    now, head = migrations.current(base), migrations.head()
    if now != head:
        raise Refused(f"the schema is {now or 'not made yet'}, this program expects {head}: start it once to migrate")
    return f"schema {head}"


def _pages(base: KnowledgeBase) -> str:
    migrations.check(base)
    return "sound" if base.is_sqlite else "looked after by PostgreSQL"


def _durable(base: KnowledgeBase) -> str:
    if base.is_sqlite:
        wanted: dict[str, Any] = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
        statement = "PRAGMA {}"
    else:
        wanted, statement = {"fsync": "on", "full_page_writes": "on", "TimeZone": "UTC"}, "SHOW {}"
    with base.writer.connect() as connection:
        found = {name: connection.scalar(text(statement.format(name))) for name in wanted}
    wrong = [f"{name} is {found[name]}, not {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    if wrong:
        raise Refused(f"{'; '.join(wrong)}: a power cut could lose data")
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _read_only(base: KnowledgeBase) -> str:
    try:
        with base.reading() as connection:
            connection.execute(text("DELETE FROM settings WHERE name IS NULL"))
    except DBAPIError:
        return "yes"
    raise Refused("a reader was allowed to write: use the engines of kb.store")


def _references(base: KnowledgeBase) -> str:
    if not base.is_sqlite:
        return _proved(base)
    with base.reading() as connection:
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise Refused(f"{len(orphans)} rows point to nothing ({tables}): restore a backup")
    return "every reference leads somewhere"


def _proved(base: KnowledgeBase) -> str:
    """An import that was killed right after its commit leaves references unproved and indexes unbuilt."""
    with base.reading() as connection:
        waiting, lacking = bulk.unproved(connection), bulk.lacking(connection)
    if waiting:
        raise Refused(
            f"{len(waiting)} references are not proved since an import was cut off: the next import proves them"
        )
    if lacking:
        names = ", ".join(str(index.name) for index in lacking)
        raise Refused(f"some pages wait longer than they must: the next import builds the indexes {names}")
    return "looked after by PostgreSQL"


def _chain(base: KnowledgeBase) -> str:
    faults = audit.verify(base)
    if faults:
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise Refused(f"{faults[0]}{more}: somebody changed the record, compare it with a backup")
    return "whole"


def _ledger(base: KnowledgeBase) -> str:
    """Every row that the ledger says an import brought is there, and no row of an undone import is.

    There may be more: an import also makes rows that its files only name (a production line).
    """
    with base.reading() as connection:
        said = _said(connection)
        found = dict(_found(connection))
        undone = set(connection.scalars(select(Import.import_id).where(Import.undone_at.is_not(None))))
    wrong = [
        f"import {number} brought {rows} rows to {name}, {found.get((number, name), 0)} are there"
        for (number, name), rows in sorted(said.items())
        if number not in undone and found.get((number, name), 0) < rows
    ]
    wrong += [
        f"import {number} was undone, yet {name} holds its rows" for number, name in sorted(found) if number in undone
    ]
    if wrong:
        raise Refused(f"{wrong[0]}{f' and {len(wrong) - 1} more' if len(wrong) > 1 else ''}: restore a backup")
    return f"agrees with the tables ({len({number for number, _name in said} - undone)} imports)"


def _said(connection: Connection) -> dict[tuple[int, str], int]:
    wanted = (
        select(ImportFile.import_id, ImportFile.table_name, func.sum(ImportFile.rows_new))
        .where(ImportFile.table_name.in_(_imported_tables()))
        .group_by(ImportFile.import_id, ImportFile.table_name)
    )
    return {(number, name): int(rows) for number, name, rows in connection.execute(wanted) if rows}


def _found(connection: Connection) -> Iterator[tuple[tuple[int, str], int]]:
    for name in _imported_tables():
        column = Base.metadata.tables[name].c.import_id
        wanted = select(column, func.count()).where(column.is_not(None)).group_by(column)
        for number, rows in connection.execute(wanted):
            yield (number, name), rows


def _imported_tables() -> list[str]:
    kept = {"imports", "import_files", "import_changes", "refused_rows"}
    return [name for name, table in Base.metadata.tables.items() if "import_id" in table.c and name not in kept]


def _space(home: Path) -> str:
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise Refused(f"only {free / 1e6:,.0f} MB are free at {home}: make room before an import")
    return f"{free / 1e9:,.1f} GB free"


def _private(home: Path) -> str:
    if not os.access(home, os.W_OK):
        raise Refused(f"{home} cannot be written: give this user the right, or choose another SYMBIOSIS_HOME")
    if os.name != "nt" and home.stat().st_mode & stat.S_IWOTH:
        raise Refused(f"everybody on this machine may write to {home}: chmod o-w {home}")
    return "only its owner writes there"


def _secret(home: Path) -> str:
    path = home / SECRET_FILE
    if not path.exists():
        return "will be made at the first start"
    if os.name != "nt" and path.stat().st_mode & 0o077:
        raise Refused(f"others may read {path}: delete it (everybody signs in again)")
    if len(path.read_text("ascii").strip()) < 32:
        raise Refused(f"{path} is too short to be a secret: delete it (everybody signs in again)")
    return "kept in a file of its owner"


def _network(address: str | None, accounts: bool) -> str:
    may_start(address, accounts)
    return f"{address or 'every network'}, {'people sign in' if accounts else 'open to this machine only'}"


def _settings(config: Path) -> dict[str, Any]:
    if not config.exists():
        raise Refused(f"{config} is missing: take it from the project again")
    return tomllib.loads(config.read_text("utf-8"))


def _setting(config: Path, section: str, name: str, variable: str) -> Any:
    """A setting as Streamlit takes it: the environment before the file."""
    return os.environ.get(variable) or _settings(config).get(section, {}).get(name)


def _error_details(config: Path) -> str:
    shown = _setting(config, "client", "showErrorDetails", "STREAMLIT_CLIENT_SHOW_ERROR_DETAILS")
    if shown is None or str(shown).lower() not in ("none", "false"):
        raise Refused(f"client.showErrorDetails is {shown or 'not set'}: set it to none, an error may quote data")
    return "not shown to people"


def _allowed_hosts(config: Path) -> str:
    hosts = _setting(config, "server", "allowedHosts", "STREAMLIT_SERVER_ALLOWED_HOSTS")
    named = hosts.split(",") if isinstance(hosts, str) else hosts or []
    if not named or "*" in named:
        raise Refused("server.allowedHosts is open: name the hosts people use, or any website may reach this server")
    return ", ".join(named)
