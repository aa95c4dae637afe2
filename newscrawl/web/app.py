"""The site as an ASGI application: its pages, and kept pages at a separate web origin."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import pymongo
from pymongo.errors import PyMongoError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newscrawl.mongod.opening import reason
from newscrawl.web.access import AccessSettings, headers_of_kept, headers_of_site, refusal
from newscrawl.web.kept import KINDS, Seal, tamed
from newscrawl.web.page import Context, NotFoundError, WebPage, WebRequest, WrongError
from newscrawl.web.pages import PAGES
from newscrawl.web.templating import Link, asset, linker, render
from newscrawl.web.words import LANGUAGES, fit

log = logging.getLogger(__name__)

PATIENCE = 10
"""Seconds that MongoDB may take for one page."""
_YEAR = 365 * 24 * 3600
_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
LANG = "lang"
"""The cookie, and the query parameter, that hold the reader's language."""


class WebApp:
    """Both applications; the port of a request selects one."""

    def __init__(self, context: Context, access: AccessSettings) -> None:
        self.access = access
        seal = Seal()
        self._pages = _pages(context, access, seal)
        self._kept = _kept(context, seal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._pages(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # a web socket: the server closes it
        access = self.access
        server = scope.get("server") or ("", 0)
        kept = server[1] == access.kept_port
        headers = Headers(scope=scope)
        origin = access.origin_of_kept(headers.get("host", ""))
        added = headers_of_kept(access.framers) if kept else headers_of_site(origin)
        app: ASGIApp = self._kept if kept else self._pages
        if refused := refusal(access, scope["method"], headers, kept=kept):
            app = _refused(*refused)
        elif not kept:
            scope = _below(scope, access.prefix)
        await app(scope, receive, _with(added, send))


def _below(scope: Scope, prefix: str) -> Scope:
    """The request with its path under the prefix, whether or not the proxy has removed the prefix."""
    path = scope["path"]
    if prefix and path != prefix and not path.startswith(f"{prefix}/"):
        path = prefix + path
    return {**scope, "path": path, "root_path": prefix}


def _with(added: Mapping[str, str], send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in added.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _refused(status: int, sentence: str) -> Response:
    more = {"WWW-Authenticate": 'Basic realm="newscrawl", charset="UTF-8"'} if status == 401 else {}
    more |= {"Allow": "GET, HEAD"} if status == 405 else {}
    return PlainTextResponse(f"{sentence}\n", status, more)


# --- Pages


def _pages(context: Context, access: AccessSettings, seal: Seal) -> Starlette:
    answer = _Answering(context, access, seal)
    routes = [Route(page.path, answer.page(page), name=page.name) for page in PAGES]
    routes.append(Route("/static/{name}", _static))
    return Starlette(routes=routes, exception_handlers={HTTPException: answer.error})


class _Answering:
    """Answers requests for pages."""

    def __init__(self, context: Context, access: AccessSettings, seal: Seal) -> None:
        self._context, self._access, self._seal = context, access, seal
        self._paths = {page.name: page.path for page in PAGES}

    def page(self, page: WebPage) -> Callable[[Request], Awaitable[Response]]:
        """The function that answers requests for a page, in a thread, as pymongo blocks."""

        async def endpoint(request: Request) -> Response:
            asked = self._asked(request)
            try:
                body = await run_in_threadpool(self._body, page, asked, self._link(request, page.name, asked))
            except Exception as error:  # Starlette would raise an error that is not handled here
                return self.error(request, error)
            return self._html(request, asked, body)

        return endpoint

    def _body(self, page: WebPage, asked: WebRequest, link: Link) -> str:
        with pymongo.timeout(PATIENCE):
            data = page.read(self._context, asked)
        return render(
            f"{page.name}.html",
            asked,
            link,
            {"page": page.name, "entries": _ENTRIES, **page.show(data, asked)},
        )

    def error(self, request: Request, error: Exception) -> Response:
        """A page that says what is wrong, without details of the program."""
        asked = self._asked(request)
        status, model = _error_page(error, asked.demo)
        route = request.scope.get("route")
        own = route.name if isinstance(route, Route) and route.name in self._paths else "overview"
        link = self._link(request, own, asked)
        body = render("error.html", asked, link, {"page": "error", "entries": _ENTRIES, **model})
        return self._html(request, asked, body, status)

    def _html(self, request: Request, asked: WebRequest, body: str, status: int = 200) -> Response:
        response = HTMLResponse(
            body, status, {"Vary": "Cookie, Accept-Language", "Content-Language": asked.lang}
        )
        if request.query_params.get(LANG) == asked.lang:
            path = self._access.prefix or "/"
            response.set_cookie(LANG, asked.lang, _YEAR, path=path, httponly=True, samesite="lax")
        return response

    def _asked(self, request: Request) -> WebRequest:
        query = {name: value for name, value in request.query_params.items() if name != LANG}
        place = {name: str(value) for name, value in request.path_params.items()}
        origin = self._access.origin_of_kept(request.headers.get("host", ""))

        def frame(kind: str, name: str) -> str | None:
            return f"{origin}{self._seal.path(kind, name)}" if origin else None

        now, demo = self._context.lookout.now(), self._context.demo
        return WebRequest(language(request), now, place, query, frame, demo)

    def _link(self, request: Request, own: str, asked: WebRequest) -> Link:
        return linker(str(request.scope.get("root_path", "")), self._paths, own, asked)


_ENTRIES = [page.name for page in PAGES if page.is_entry]


def language(request: Request) -> str:
    """The language that the request names, the reader chose before, or the browser prefers; else Arabic."""
    chosen = request.query_params.get(LANG) or request.cookies.get(LANG)
    if chosen in LANGUAGES:
        return str(chosen)
    preferred: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        name, _, rest = part.strip().partition(";")
        code = name.partition("-")[0].lower()
        try:
            weight = float(rest.partition("q=")[2] or 1)
        except ValueError:
            weight = 0.0
        if code in LANGUAGES and weight > 0:
            preferred.append((-weight, code))
    return min(preferred, key=lambda choice: choice[0])[1] if preferred else "ar"


def _error_page(error: Exception, demo: bool) -> tuple[int, MutableMapping[str, Any]]:
    """The status, and the variables of the error page, which never hold the text of an unexpected error."""
    if isinstance(error, NotFoundError) or (isinstance(error, HTTPException) and error.status_code == 404):
        return 404, {"key": "error.not_found", "values": {}, "said": ""}
    if isinstance(error, WrongError):
        return 400, {"key": error.key, "values": error.values, "said": ""}
    if isinstance(error, PyMongoError):
        return 503, {"key": fit("error.store", demo), "values": {}, "said": reason(error)}
    if isinstance(error, HTTPException):
        return error.status_code, {"key": "error.other", "values": {}, "said": ""}
    log.error("a fault of newscrawl, please report it: a page could not be shown", exc_info=error)
    return 500, {"key": "error.fault", "values": {}, "said": ""}


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or not name.replace(".", "").isalnum():
        raise HTTPException(404)
    try:
        body, _ = asset(name)
    except FileNotFoundError:
        raise HTTPException(404) from None
    return Response(
        body, headers={"Content-Type": kind, "Cache-Control": f"private, max-age={_YEAR}, immutable"}
    )


# --- Kept pages


def _kept(context: Context, seal: Seal) -> Starlette:
    async def endpoint(request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        given = request.query_params
        if kind not in KINDS or not seal.is_good(kind, name, given.get("until", ""), given.get("seal", "")):
            return PlainTextResponse("this address has expired: reload the page of the article\n", 403)
        try:
            body = await run_in_threadpool(_tamed, context, kind, name)
        except Exception as error:
            if not isinstance(error, PyMongoError):
                log.error(
                    "a fault of newscrawl, please report it: a kept page could not be shown", exc_info=error
                )
            return PlainTextResponse("the page could not be read; see the log of scrapy web\n", 503)
        return HTMLResponse(body) if body is not None else PlainTextResponse("no page was kept\n", 404)

    return Starlette(routes=[Route("/{kind}/{name:path}", endpoint)])


def _tamed(context: Context, kind: str, name: str) -> str | None:
    with pymongo.timeout(PATIENCE):
        page = KINDS[kind](context, name)
    return tamed(page) if page else None
