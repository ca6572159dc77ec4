"""A server on this machine that does as GitHub's API for the comments of an issue."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ronkyo.git.comment import MARK


@contextmanager
def serving() -> Iterator[Issues]:
    """With 230 remarks of others, which are three pages."""
    with Issues(others=230) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Issues(ThreadingHTTPServer):
    """Issue 7 of a/report. comments: {id: body}; calls: methods in order; refusal: a status that every writing call gets."""

    def __init__(self, others: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.comments = {number: f"a remark that quotes {MARK}" for number in range(1, others + 1)}
        self.calls: list[str] = []
        self.refusal: int | None = None
        self.delay = 0.0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Of a caller that has gone."""

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_API_URL": f"http://127.0.0.1:{self.server_port}",
            "GITHUB_REPOSITORY": "a/report",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_TOKEN": "secret",
        }


class Answers(BaseHTTPRequestHandler):
    server: Issues

    def do_GET(self) -> None:
        self._called("/repos/a/report/issues/7/comments")
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(self.path).query).items()}
        start = (query["page"] - 1) * query["per_page"]
        found = list(self.server.comments.items())[start : start + query["per_page"]]
        self._answer(200, [{"id": number, "body": body} for number, body in found])

    def do_POST(self) -> None:
        if self._may_write("/repos/a/report/issues/7/comments"):
            number = len(self.server.comments) + 1
            self.server.comments[number] = self._body()
            self._answer(201, {"id": number})

    def do_PATCH(self) -> None:
        number = int(self.path.rpartition("/")[2])
        if self._may_write(f"/repos/a/report/issues/comments/{number}"):
            self.server.comments[number] = self._body()
            self._answer(200, {"id": number})

    def _called(self, path: str) -> None:
        self.server.calls.append(self.command)
        time.sleep(self.server.delay)
        assert urlsplit(self.path).path == path
        assert self.headers["Authorization"] == "Bearer secret"

    def _may_write(self, path: str) -> bool:
        self._called(path)
        if self.server.refusal:
            self._answer(self.server.refusal, {"message": "no"})
        return self.server.refusal is None

    def _body(self) -> str:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"].replace("\n", "\r\n")

    def _answer(self, status: int, document: Any) -> None:
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        pass
