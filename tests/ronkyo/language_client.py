"""A client of the language server, which speaks JSON-RPC on its stdin and stdout as an editor does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


class Client:
    """Starts the server; `ask` and `tell` it something, `hear` what it tells."""

    def __init__(self, folder: Path) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "ronkyo.cli", "language-server"]
        self.process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._last = 0
        self._heard: list[dict[str, Any]] = []
        self.capabilities = self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> Any:
        """The result. Raises AssertionError for an error."""
        self._last += 1
        self._send({"id": self._last, "method": method, **({} if params is None else {"params": params})})
        while (message := self._receive()).get("id") != self._last:
            self._heard.append(message)
        assert "error" not in message, message["error"]
        return message["result"]

    def hear(self, method: str) -> Any:
        """What the server tells next by this method."""
        while True:
            for message in self._heard:
                if message.get("method") == method:
                    self._heard.remove(message)
                    return message["params"]
            self._heard.append(self._receive())

    def close(self) -> int:
        """The server's exit status."""
        self.ask("shutdown")
        self.tell("exit", None)
        return self.process.wait(20)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        with self.process:  # closes the streams, then waits
            self.process.kill()

    def _send(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        stream, length = self.process.stdout, 0
        assert stream
        while (line := stream.readline()) != b"\r\n":
            assert line, "the server ended"
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(stream.read(length))
