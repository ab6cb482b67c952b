"""The dependency audit is never called clean when it looked at nothing."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PLACE = Path(__file__).parents[2] / ".ci" / "audit.py"
BAD = {"name": "jinja2", "version": "2.4.1", "vulns": [{"id": "PYSEC-1"}]}
SOUND = {"name": "alpha", "version": "1.0", "vulns": []}
SKIPPED = {"name": "beta", "skip_reason": "not found"}


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_audit", PLACE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The exit code and the words for what the service says of the known bad release and of our packages."""

    def runner(known_bad: list[Any], ours: list[Any]) -> tuple[int, str]:
        answers = iter([known_bad, ours])
        monkeypatch.setattr(audit, "ask", lambda _: {"dependencies": next(answers)})
        return audit.main(), capsys.readouterr().out

    return runner


def test_packages_without_known_vulnerabilities_pass(run: Any) -> None:
    assert run([BAD], [SOUND]) == (0, "dependency audit: 1 packages, 0 faults\n")


@pytest.mark.parametrize("ours", [[SOUND, SKIPPED], [SOUND, BAD], []], ids=["skipped", "vulnerable", "nothing"])
def test_a_skipped_or_vulnerable_package_or_none_at_all_fails(run: Any, ours: list[Any]) -> None:
    assert run([BAD], ours)[0] == 1


@pytest.mark.parametrize(("required", "code"), [("0", 0), ("1", 1)])
def test_a_service_out_of_reach_is_said_and_can_be_made_a_failure(
    run: Any, monkeypatch: pytest.MonkeyPatch, required: str, code: int
) -> None:
    monkeypatch.setenv("SYMBIOSIS_REQUIRE_AUDIT", required)
    exit_code, words = run([SKIPPED], [SOUND])
    assert (exit_code, "NOT DONE" in words) == (code, True)
