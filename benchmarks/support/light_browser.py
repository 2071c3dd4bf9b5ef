"""A browser that costs little: cookies and one kept-alive connection of its own, HTTP/1.1, asyncio.

It speaks as ``aiohttp.ClientSession`` does where ``participant.py`` needs it, for a fraction of the
processor time, which participants share with the server here. It asks for one thing at a time, and
understands what this server sends: answers with a Content-Length.
"""

import asyncio
import json
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 10
TIMEOUT_S = 60.0
END_OF_HEAD = b"\r\n\r\n"
ACCEPT = "text/html,application/json,image/*;q=0.9,*/*;q=0.8"
AGENT = "Mozilla/5.0 (benchmark)"


class Address:
    """Where an answer came from."""

    def __init__(self, path: str) -> None:
        self.path = path.partition("?")[0]


class Reply:
    """An answer that was read to its last byte."""

    def __init__(
        self, method: str, path: str, status: int, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> None:
        self.method, self.url, self.status = method, Address(path), status
        self.headers, self._body = headers, body

    async def read(self) -> bytes:
        """Give the body."""
        return self._body

    async def text(self) -> str:
        """Give the body as text."""
        return self._body.decode()


class Request:
    """A request that is sent when it is entered."""

    def __init__(self, browser: "LightBrowser", *what: Any, allow_redirects: bool) -> None:
        self._browser, self._what, self._follow = browser, what, allow_redirects

    async def __aenter__(self) -> Reply:
        """Send it and wait for the last byte of the answer."""
        return await self._browser.ask(*self._what, follow=self._follow)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing open: the answer was read."""


class Connection(asyncio.Protocol):
    """One connection, with one request at a time on it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._parts: list[bytes] = []
        self._n_missing = 0
        self._answer: asyncio.Future[tuple[int, list[tuple[bytes, bytes]], bytes]] | None = None
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self._transport, self.is_open = transport, True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        """Tell who waits."""
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(aiohttp.ServerDisconnectedError())

    def send(
        self, request: bytes
    ) -> "asyncio.Future[tuple[int, list[tuple[bytes, bytes]], bytes]]":
        """Send a request; gives its answer later."""
        self._answer = self._loop.create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Hang up."""
        self.is_open = False
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what came, and tell who waits when it is whole."""
        self._parts.append(data)
        self._n_missing -= len(data)
        if self._head is None:
            whole = b"".join(self._parts)
            head, end, body = whole.partition(END_OF_HEAD)
            if not end:
                return
            self._head = read_head(head)
            self._parts, self._n_missing = [body], length_of(self._head[1]) - len(body)
        if self._n_missing > 0:
            return
        (status, headers), body = self._head, b"".join(self._parts)
        self._head, self._parts = None, []
        if any(n == b"connection" and v.lower() == b"close" for n, v in headers):
            self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, headers, body))


class LightBrowser:
    """A browser of its own."""

    def __init__(self, url: str) -> None:
        """Open it; nothing is sent yet.

        Args:
            url: of the server.
        """
        parts = urlsplit(url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._fixed = (
            f" HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: {ACCEPT}\r\nUser-Agent: {AGENT}\r\n"
        )
        self._cookies: dict[str, str] = {}
        self._connection: Connection | None = None

    async def __aenter__(self) -> "LightBrowser":
        """Use it."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        if self._connection is not None and self._connection.is_open:
            self._connection.close()

    def get(self, path: str, *, params: dict[str, str] | None = None) -> Request:
        """Ask for a page, an image or data."""
        asked = f"{path}?{urlencode(params)}" if params else path
        return Request(self, "GET", asked, "", b"", allow_redirects=True)

    def post(
        self,
        path: str,
        *,
        json: Any = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        allow_redirects: bool = True,
    ) -> Request:
        """Send JSON, or a form."""
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        if data is not None:
            body, kind = urlencode(data).encode(), "application/x-www-form-urlencoded"
        else:
            body, kind = dumps(json), "application/json"
        more += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        return Request(self, "POST", path, more, body, allow_redirects=allow_redirects)

    async def ask(self, method: str, path: str, more: str, body: bytes, *, follow: bool) -> Reply:
        """Send a request and wait for its answer, and for those that it leads to."""
        for _ in range(MOST_REDIRECTS):
            reply = await self._ask_once(method, path, more, body)
            location = dict(reply.headers).get(b"location")
            if not follow or reply.status not in REDIRECTS or location is None:
                return reply
            method, path, more, body = "GET", location.decode(), "", b""
        raise aiohttp.ClientError("led in a circle")

    async def _ask_once(self, method: str, path: str, more: str, body: bytes) -> Reply:
        if self._connection is None or not self._connection.is_open:
            loop = asyncio.get_running_loop()
            _, self._connection = await loop.create_connection(Connection, self._host, self._port)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        line = f"Cookie: {cookies}\r\n" if cookies else ""
        request = f"{method} {path}{self._fixed}{line}{more}\r\n".encode() + body
        async with asyncio.timeout(TIMEOUT_S):
            status, headers, answer = await self._connection.send(request)
        for name, value in headers:
            if name == b"set-cookie":
                key, _, kept = value.decode().partition(";")[0].partition("=")
                self._cookies[key] = kept
        return Reply(method, path, status, headers, answer)


def read_head(head: bytes) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Give status and headers, names in lower case."""
    first, *lines = head.split(b"\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name.lower(), value.strip()))
    return int(first.split(b" ", 2)[1]), headers


def length_of(headers: list[tuple[bytes, bytes]]) -> int:
    """Give the length of the body.

    Raises:
        aiohttp.ClientError: it is not said.
    """
    for name, value in headers:
        if name == b"content-length":
            return int(value)
    raise aiohttp.ClientError("an answer without its length")


def dumps(value: Any) -> bytes:
    """Give JSON without blanks, as browsers send it."""
    return json.dumps(value, separators=(",", ":")).encode()
