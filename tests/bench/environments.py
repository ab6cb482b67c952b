"""Environments for what we are measured against: made once, kept between runs, never the project's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import ROOT

Version = tuple[int, int]


class Missing(RuntimeError):
    """It cannot be measured here; says why in words for the reader."""


@dataclass(frozen=True)
class Environment:
    """What one is made from: its name, a file of requirements, the first and last Python for them, its size."""

    name: str
    requirements: str
    pythons: tuple[Version, Version]
    gigabytes: int

    @property
    def home(self) -> Path:
        """Where it is kept, with what else should outlive a run."""
        named = os.environ.get("SYMBIOSIS_BENCH_HOME")
        return (Path(named) if named else Path.home() / ".cache" / "symbiosis-bench") / self.name.lower()

    @property
    def mark(self) -> Path:
        """Holds the requirements that were installed, written last."""
        return self.home / "installed.txt"

    def programs(self) -> Path:
        """The folder of its programs; made anew where its requirements are not what was installed. Raises Missing."""
        wanted = (ROOT / self.requirements).read_text("utf-8")
        if not self.mark.exists() or self.mark.read_text("utf-8") != wanted:
            self._make()
            self.mark.write_text(wanted, "utf-8")
        return self._folder / "bin"

    def version(self, package: str) -> str:
        """Of a package in it."""
        asked = f"from importlib.metadata import version; print(version({package!r}))"
        command = [self._folder / "bin" / "python", "-c", asked]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    @property
    def _folder(self) -> Path:
        return self.home / "environment"

    def _make(self) -> None:
        started, size, python = time.perf_counter(), f"{self.gigabytes} GB", self._python()
        print(f"Installing {self.name} into {self._folder}, once; it needs some minutes and {size} ...", flush=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self.mark.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        inherited = dict(os.environ)
        ran([python, "-m", "venv", str(self._folder)], inherited, f"{python} could not make an environment")
        command = [str(self._folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--requirement"]
        ran([*command, str(ROOT / self.requirements)], inherited, f"pip could not install {self.requirements}")
        print(f"Installed in {time.perf_counter() - started:.0f} s.", flush=True)

    def _python(self) -> str:
        first, last = self.pythons
        if first <= sys.version_info[:2] <= last:
            return sys.executable
        names = [f"python3.{minor}" for minor in range(last[1], first[1] - 1, -1)]
        found = next(filter(None, map(shutil.which, names)), None)
        if found is None:
            raise Missing(f"{self.name} needs one of {', '.join(names)}, which is not on this machine")
        return found


def ran(command: list[str], environment: dict[str, str], failed: str) -> None:
    """Run it to its end; where it fails, Missing with the last line that it said."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Missing(f"{failed}: {' '.join(last)}")
