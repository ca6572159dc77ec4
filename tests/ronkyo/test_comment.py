"""A comment on a pull request, against a server on this machine that does as GitHub's API for comments of issues."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ronkyo.git import comment
from ronkyo.git.comment import MARK, CommentError, PullRequest


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


@pytest.fixture
def issues(monkeypatch) -> Iterator[Issues]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Issues(others=230) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_first_call_creates_the_second_edits_the_same_the_third_does_nothing(issues):
    pull = PullRequest.of(issues.environment)
    assert pull.put("One conclusion flipped.\n\nBy which.") == "created"
    assert issues.comments[231].split("\r\n") == [MARK, "One conclusion flipped.", "", "By which.", ""]
    assert pull.put("結論は変わっていない。") == "edited"
    assert issues.comments[231].splitlines() == [MARK, "結論は変わっていない。"]
    issues.calls.clear()
    assert pull.put("結論は変わっていない。") == "unchanged"
    assert set(issues.calls) == {"GET"}
    assert len(issues.comments) == 231


@pytest.mark.parametrize(
    ("status", "told"), [(403, "403 Forbidden (the token of a pull request from a fork"), (404, "404")]
)
def test_a_refusal_is_one_line(issues, status, told):
    issues.refusal = status
    with pytest.raises(CommentError, match=r"^comment: POST http://127\.0\.0\.1:\d+/repos/a/report/") as error:
        PullRequest.of(issues.environment).put("text")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_server_that_does_not_answer_in_time_is_one_line(issues, monkeypatch):
    monkeypatch.setattr(comment, "SECONDS", 0.1)
    issues.delay = 0.5
    with pytest.raises(CommentError, match=r"^comment: GET http://[^\n]+: expected an answer, found timed out$"):
        PullRequest.of(issues.environment).put("text")


def test_where_nobody_listens_it_is_one_line(issues):
    environment = issues.environment | {"GITHUB_API_URL": "http://127.0.0.1:1"}
    with pytest.raises(CommentError, match=r"^comment: GET http://127\.0\.0\.1:1/[^\n]+ refused"):
        PullRequest.of(environment).put("text")


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"GITHUB_TOKEN": ""}, "found no GITHUB_TOKEN"), ({"GITHUB_REF": "refs/heads/main"}, "found refs/heads/main")],
)
def test_without_a_pull_request_it_is_one_line(issues, changed, message):
    with pytest.raises(CommentError, match=message):
        PullRequest.of(issues.environment | changed)
    assert issues.calls == []
