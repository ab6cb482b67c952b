"""How the application starts, and who may reach it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import anyio
import pytest

from pages.ui import gate
from tests.browser.serving import ROOT, free_port

HERE = {"server": ("127.0.0.1", 8501), "scheme": "http", "headers": []}


def asked(scope: dict[str, Any]) -> list[dict[str, Any]]:
    """What the gate sends for one request to an application that says hello."""
    sent: list[dict[str, Any]] = []

    async def hello(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"referrer-policy", b"unsafe-url")]})
        await send({"type": "http.response.body", "body": b"hello"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    anyio.run(gate.Gate(hello), scope, receive, send)
    return sent


def test_each_answer_carries_the_headers_once() -> None:
    headers = asked({"type": "http", **HERE})[0]["headers"]
    names = [name for name, _ in headers]
    assert {b"content-security-policy", b"x-content-type-options", b"x-frame-options"} <= set(names)
    assert [value for name, value in headers if name == b"referrer-policy"] == [b"no-referrer"]


def test_a_browser_gets_its_number_once_and_scripts_cannot_read_it() -> None:
    headers = dict(asked({"type": "http", **HERE})[0]["headers"])
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    known = {**HERE, "headers": [(b"cookie", cookie.split(";")[0].encode())]}
    assert b"set-cookie" not in dict(asked({"type": "http", **known})[0]["headers"])


@pytest.mark.parametrize("address", ["192.168.0.7", "10.1.2.3", "2001:db8::1"])
def test_a_request_that_arrives_from_the_network_is_refused(address: str) -> None:
    answer, body = asked({"type": "http", **HERE, "server": (address, 8501)})
    assert answer["status"] == 403
    assert b"sign-in" in body["body"]


def test_a_websocket_from_the_network_is_closed() -> None:
    assert asked({"type": "websocket", **HERE, "server": ("192.168.0.7", 80)})[0]["type"] == "websocket.close"


def test_a_proxy_with_sign_in_may_stand_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMBIOSIS_BEHIND_PROXY", "1")
    assert asked({"type": "http", **HERE, "server": ("192.168.0.7", 8501)})[0]["status"] == 200


def test_bound_to_a_network_without_sign_in_it_refuses_to_start(home: Path) -> None:
    environment = {**os.environ, "STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "SYMBIOSIS_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py")], env=environment, cwd=home, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("Not started: server.address is 0.0.0.0")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("way", ["streamlit", "python", "uvicorn"])
def test_all_three_ways_start_it(home: Path, way: str) -> None:
    port = free_port()
    command = {
        "streamlit": ["-m", "streamlit", "run", "app.py", "--server.headless", "true"],
        "python": ["app.py"],
        "uvicorn": ["-m", "uvicorn", "app:app", "--port", str(port)],
    }[way]
    settings = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_HEADLESS": "true", "SYMBIOSIS_HOME": str(home)}
    environment = os.environ | settings
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        headers = _first_answer(f"http://localhost:{port}/")
    finally:
        process.terminate()
        process.wait(10)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def _first_answer(url: str) -> Any:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.headers
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            anyio.run(anyio.sleep, 0.1)
    raise AssertionError(f"{url} never answered")


def test_numeric_libraries_take_one_thread_each_whether_loaded_before_or_after() -> None:
    program = (
        "import numpy, threadpoolctl; numpy.ones((9, 9)) @ numpy.ones((9, 9)); from kb import starting;"
        "starting.limit_threads(); import sklearn.cluster;"
        "print({one['num_threads'] for one in threadpoolctl.threadpool_info()})"
    )
    free = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=free, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "{1}"


TELLING = """
import socket, sys
from streamlit.web import cli

taking = socket.socket.accept

def accept(listener):
    taken, address = taking(listener)
    print("sends at once:", bool(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)), flush=True)
    return taken, address

socket.socket.accept = accept
cli.main(["run", "app.py", "--server.headless", "true", "--server.port", sys.argv[1]])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there asyncio takes connections in another way")
def test_connections_send_small_pieces_at_once(home: Path) -> None:
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "-c", TELLING, port],
        cwd=ROOT,
        env={**os.environ, "SYMBIOSIS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in range(2):  # whoever came before the application was loaded found the socket as it was
            _first_answer(f"http://localhost:{port}/_stcore/health")
    finally:
        process.terminate()
        told, _ = process.communicate()
    assert re.findall(r"sends at once: (\w+)", told)[-1] == "True", told
