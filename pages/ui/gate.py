"""What stands before every request: security headers, a browser's own number, and no visitors from the network."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
import secrets
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import streamlit

COOKIE = "symbiosis_browser"
_REFUSAL = (
    b"Symbiosis runs without sign-in and answers this computer only. "
    b"Open it as http://localhost, or put a proxy with sign-in before it (README: on a network)."
)


def _inline_scripts() -> str:
    """The hashes of the scripts inside Streamlit's own page, so that no other inline script may run."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in found)


def _policy() -> str:
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' 'wasm-unsafe-eval' {_inline_scripts()}",
        "style-src": "'self' 'unsafe-inline'",  # Streamlit's own styles are made in the browser
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


HEADERS = [
    (b"content-security-policy", _policy().encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
]


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        if not from_this_computer(scope):
            return await _refuse(scope, receive, send)
        if scope["type"] == "websocket":  # its messages carry no headers, and every rerun sends dozens
            return await self.app(scope, receive, send)
        added = HEADERS + ([] if _cookie(scope) else [_new_cookie(scope)])

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in added}
                message["headers"] = [
                    pair for pair in message["headers"] if pair[0].lower() not in names - {b"set-cookie"}
                ]
                message["headers"] += added
            await send(message)

        await self.app(scope, receive, with_headers)


def from_this_computer(scope: Any) -> bool:
    """Whether the request arrived at a loopback address; a documented variable hands the decision to a proxy."""
    if is_behind_proxy():
        return True
    try:
        return ipaddress.ip_address((scope.get("server") or ("", 0))[0]).is_loopback
    except ValueError:
        return (scope.get("server") or ("", 0))[0] in ("localhost", "testserver")


def is_behind_proxy() -> bool:
    """Whether the operator vouches that only a proxy which asks people to sign in can reach this server."""
    return os.environ.get("SYMBIOSIS_BEHIND_PROXY") == "1"


def _cookie(scope: Any) -> str | None:
    for name, value in scope["headers"]:
        if name == b"cookie" and COOKIE in (jar := SimpleCookie(value.decode("latin-1"))):
            return str(jar[COOKIE].value)
    return None


def _new_cookie(scope: Any) -> tuple[bytes, bytes]:
    secure = "; Secure" if scope.get("scheme") in ("https", "wss") else ""
    value = f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", value.encode()


async def _refuse(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(_REFUSAL)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers + HEADERS})
    await send({"type": "http.response.body", "body": _REFUSAL})
