"""The server of a preview: this computer alone, and only those who know the address."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from ronkyo.errors import UserError
from ronkyo.preview.renderers import Renderer
from ronkyo.preview.session import Session

HOST = "127.0.0.1"
FILES = Path(__file__).parent / "page"
TYPES = {".css": "text/css", ".js": "text/javascript"}
HEAD = (
    '<link data-preview rel="icon" href="data:,">'
    '<link data-preview rel="stylesheet" href="preview.css">'
    '<script data-preview data-version="{version}" type="module" src="html.js"></script></head>'
)
WIDTHS = range(100, 3001)  # pixels of a page's image
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def run(make: Callable[[], Renderer], root: Path, port: int = 0, browser: bool = True, start: str = "") -> None:
    """Serve until Ctrl-C. Raises UserError where the port is taken."""
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise UserError(f"--port {port}: expected a free port, found: {error}") from error
    with listening, suppress(KeyboardInterrupt):
        asyncio.run(_serve(listening, Session(make, root, start), browser))


async def _serve(listening: socket.socket, session: Session, browser: bool) -> None:
    port, token = listening.getsockname()[1], secrets.token_urlsafe(16)
    address = f"http://{HOST}:{port}/{token}/"

    def begun() -> None:
        print(address, file=sys.__stdout__, flush=True)  # what is asked for, even where the command is to be quiet
        if browser:
            webbrowser.open(address)

    settings = uvicorn.Config(
        app(session, token, port, begun),
        log_level="critical",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    await _Server(settings, session).serve([listening])


class _Server(uvicorn.Server):
    def __init__(self, settings: uvicorn.Config, session: Session) -> None:
        super().__init__(settings)
        self._session = session

    def handle_exit(self, sig: int, frame: Any) -> None:
        self._session.close()  # or the server would wait for those who wait for news
        super().handle_exit(sig, frame)


def app(
    session: Session, token: str, port: int, begun: Callable[[], None] = lambda: None
) -> Callable[..., Awaitable[None]]:
    """The application; it renders from its start to its end."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await session.begin()
        begun()
        try:
            yield
        finally:
            await session.end()

    answers = {
        "/": _html,
        "/page": _page,
        "/pdf": _pdf,
        "/events": _events,
        "/images/{number:int}/{page:int}": _image,
        "/{name}": _file,
    }
    routes = [Route(path, partial(answer, session)) for path, answer in answers.items()]
    inside = Starlette(routes=[Mount(f"/{token}", routes=routes)], lifespan=lifespan)
    hosts = {f"{name}:{port}".encode() for name in (HOST, "localhost")}

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return await inside(scope, receive, send)
        if [value for name, value in scope["headers"] if name == b"host"] not in ([host] for host in hosts):
            return await Response(status_code=403)(scope, receive, send)
        if not secrets.compare_digest(scope["path"].partition("/")[2].partition("/")[0].encode(), token.encode()):
            return await Response(status_code=404)(scope, receive, send)
        return await inside(scope, receive, send)

    return guarded


async def _html(session: Session, request: Request) -> Response:
    page = session.html or (FILES / "waiting.html").read_text(encoding="utf-8")
    return HTMLResponse(page.replace("</head>", HEAD.format(version=session.version), 1), headers=HEADERS)


async def _page(session: Session, request: Request) -> Response:
    return HTMLResponse(session.html, headers=HEADERS | {"Preview-Version": str(session.version)})


async def _pdf(session: Session, request: Request) -> Response:
    return HTMLResponse((FILES / "pdf.html").read_text(encoding="utf-8"), headers=HEADERS)


async def _events(session: Session, request: Request) -> Response:
    async def lines() -> AsyncIterator[str]:
        version = request.query_params.get("version", "")
        async for state in session.news("pdf" in request.query_params, int(version) if version.isdecimal() else 0):
            yield f"data: {json.dumps(state)}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers=HEADERS)


async def _image(session: Session, request: Request) -> Response:
    printed, page = session.printed, request.path_params["page"]
    width = request.query_params.get("width", "")
    if printed is None or page >= len(printed.sizes) or not width.isdecimal() or int(width) not in WIDTHS:
        raise HTTPException(404)
    return Response(await asyncio.to_thread(printed.image, page, int(width)), media_type="image/png", headers=HEADERS)


async def _file(session: Session, request: Request) -> Response:
    """A script or style of the preview."""
    file = next(
        (file for file in FILES.iterdir() if file.name == request.path_params["name"] and file.suffix in TYPES), None
    )
    if file is None:
        raise HTTPException(404)
    return Response(file.read_bytes(), media_type=TYPES[file.suffix], headers=HEADERS)
