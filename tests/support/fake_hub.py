"""A hub on this machine: it makes repositories and keeps the files of the commits sent to it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FakeHub:
    """The address of the hub, and what was sent to it.

    Attributes:
        address: the value of HF_ENDPOINT.
        repositories: the body of each request for a repository.
        files: the content of each committed file, by its path.
        refuses: whether the hub refuses new repositories.
    """

    address: str
    repositories: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    refuses: bool = False


@contextmanager
def fake_hub(*, refuses: bool = False) -> Iterator[FakeHub]:
    """A hub that runs within this context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_port}", refuses=refuses)
    server.hub = hub  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        hub: FakeHub = self.server.hub  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/api/repos/create":
            asked = json.loads(body)
            hub.repositories.append(asked)
            if hub.refuses:
                self._answer({"error": "You do not have the rights"}, 403)
                return
            owner = asked.get("organization") or "somebody"
            self._answer({"url": f"{hub.address}/{owner}/{asked['name']}"})
        elif "/preupload/" in self.path:
            files = [
                {"path": each["path"], "uploadMode": "regular", "shouldIgnore": False}
                for each in json.loads(body)["files"]
            ]
            self._answer({"files": files})
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    content = base64.b64decode(line["value"]["content"])
                    hub.files[line["value"]["path"]] = content
            place = self.path.removeprefix("/api/models/").partition("/commit/")[0]
            url = f"{hub.address}/{place}/commit/{'0' * 40}"
            answer = {"commitUrl": url, "commitOid": "0" * 40}
            self._answer({**answer, "hookOutput": ""})
        else:
            self._answer({})

    def do_GET(self) -> None:
        hub: FakeHub = self.server.hub  # type: ignore[attr-defined]
        if hub.refuses:
            self._answer({"error": "Repository not found"}, 404)
        else:
            self._answer({"siblings": [], "id": "somebody/model", "sha": "0" * 40, "tags": []})

    def _answer(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""
