"""A comment on a pull request: created once, then edited; whatever the API does, one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from github import Issues, serving

from ronkyo.git import comment
from ronkyo.git.comment import MARK, CommentError, PullRequest


@pytest.fixture
def issues(monkeypatch) -> Iterator[Issues]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as server:
        yield server


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
