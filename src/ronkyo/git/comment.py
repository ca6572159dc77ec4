"""A comment on a pull request of GitHub, edited in place: it is found again by a mark that its readers do not see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ronkyo.errors import UserError

MARK = "<!-- ronkyo -->"
PAGE = 100  # comments that the API lists at once, at most
SECONDS = 10  # that an answer may take
PARTS = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_REF", "GITHUB_TOKEN")


class CommentError(UserError):
    """The comment could not be written: which address, and what it answered."""


@dataclass(frozen=True)
class PullRequest:
    """issues: the API's address of the repository's issues, since comments on a pull request are those of an issue."""

    issues: str
    number: str
    token: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> PullRequest:
        """The one that a workflow of GitHub Actions runs for. Raises CommentError where it runs for none."""
        api, repository, ref, token = (environment.get(name, "") for name in PARTS)
        if missing := [name for name in PARTS if not environment.get(name)]:
            raise CommentError(f"comment: expected {', '.join(PARTS)} in the environment, found no {missing[0]}")
        number = re.fullmatch(r"refs/pull/(\d+)/\w+", ref)
        if number is None:
            raise CommentError(f"comment: GITHUB_REF: expected refs/pull/NUMBER/merge, found {ref}")
        return cls(f"{api}/repos/{repository}/issues", number[1], token)

    def put(self, text: str) -> Literal["created", "edited", "unchanged"]:
        """Make the comment say `text` (Markdown). Raises CommentError."""
        body = f"{MARK}\n{text.strip()}\n"
        address = f"{self.issues}/{self.number}/comments"
        earlier = next((one for one in self._comments(address) if str(one["body"]).startswith(MARK)), None)
        if earlier is None:
            self._call("POST", address, body)
            return "created"
        if str(earlier["body"]).split() == body.split():  # GitHub may keep ends of lines in another way
            return "unchanged"
        self._call("PATCH", f"{self.issues}/comments/{int(earlier['id'])}", body)
        return "edited"

    def _comments(self, address: str) -> Iterator[dict[str, Any]]:
        page = 1
        while found := self._call("GET", f"{address}?per_page={PAGE}&page={page}"):
            yield from found
            page += 1

    def _call(self, method: str, address: str, body: str | None = None) -> Any:
        request = Request(address, None if body is None else json.dumps({"body": body}).encode(), method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("Content-Type", "application/json")
        try:
            with urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            hint = " (the token of a pull request from a fork may only read)" if error.code == 403 else ""
            reason = f"{error.code} {error.reason}{hint}"
        except (OSError, HTTPException, ValueError) as error:
            reason = " ".join(str(error).split())
        raise CommentError(f"comment: {method} {address}: expected an answer, found {reason}")
