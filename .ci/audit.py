"""Look for known vulnerabilities in the installed packages, and never call an audit clean that looked at nothing.

pip-audit says "No known vulnerabilities found" and exits 0 when it could not ask about a single package. So first a
release with long-known vulnerabilities is asked about. Where it is not found, the service is out of reach: nothing was
audited, and that is what is said (SYMBIOSIS_REQUIRE_AUDIT=1 makes it a failure). Where it is found, a vulnerability or
a single skipped package fails. Exit codes: 0 sound or not done, 1 not sound.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KNOWN_BAD = "jinja2==2.4.1"
SECONDS = 600


def main() -> int:
    if not vulnerable(ask(KNOWN_BAD)):
        print("DEPENDENCY AUDIT NOT DONE: the vulnerability service is out of reach, no package was looked at")
        return int(os.environ.get("SYMBIOSIS_REQUIRE_AUDIT") == "1")
    frozen = subprocess.run([sys.executable, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout
    report = ask(frozen)
    faults = [*vulnerable(report), *skipped(report)]
    print("\n".join([*faults, f"dependency audit: {len(report['dependencies'])} packages, {len(faults)} faults"]))
    return int(bool(faults) or not report["dependencies"])


def ask(requirements: str) -> dict[str, Any]:
    """pip-audit's report on exactly these packages; without any where it gave none."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text(requirements, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "-r", str(listed), "--no-deps", "--disable-pip"]
        options = ["--format", "json", "--progress-spinner", "off"]
        answer = subprocess.run([*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False)
    try:
        return dict(json.loads(answer.stdout))
    except ValueError:
        print(f"pip-audit gave no report: {answer.stderr.strip()[-500:]}", file=sys.stderr)
        return {"dependencies": []}


def vulnerable(report: dict[str, Any]) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {', '.join(found['id'] for found in package['vulns'])}"
        for package in report["dependencies"]
        if package.get("vulns")
    ]


def skipped(report: dict[str, Any]) -> list[str]:
    return [
        f"{package['name']} was skipped: {package['skip_reason']}"
        for package in report["dependencies"]
        if "skip_reason" in package
    ]


if __name__ == "__main__":
    sys.exit(main())
