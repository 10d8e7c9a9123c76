"""What stands before every request: who may ask, how often, and how errors are told."""

import asyncio
import hmac
import ipaddress
import logging

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from faye.playground import errors
from faye.playground.errors import ApiError
from faye.playground.faults import Faults, RestFault
from faye.playground.identity import Identity
from faye.playground.ratelimits import InvalidRequests, RateLimits, Verdict
from faye.playground.rest import API
from faye.playground.wire import Json, json_response

VIA = "1.1 playground"
"""Clients of Discord take a 429 without this header for a ban by a proxy and give up."""

log = logging.getLogger(__name__)


class Guard:
    """The middleware of the server."""

    def __init__(
        self, identity: Identity, faults: Faults, rate_limits: RateLimits, allowed_hosts: frozenset[str]
    ) -> None:
        self._identity = identity
        self._faults = faults
        self._rate_limits = rate_limits
        self._invalid = InvalidRequests()
        self._allowed_hosts = allowed_hosts

    @web.middleware
    async def local(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what a foreign web page could send: its host name (DNS rebinding), its origin."""
        if not self._is_local(request.headers.get("Host", "")):
            raise web.HTTPForbidden(text="this host name is not served here")
        origin = request.headers.get("Origin")
        if origin is not None and not is_own_origin(request, origin):
            raise web.HTTPForbidden(text="requests from other origins are not served")
        if not all(value.isascii() for value in request.headers.values()):
            # The library fails over some of them, as over a websocket's key, and quotes others in its answer.
            raise web.HTTPBadRequest(text="a header is no plain text")
        return await handler(request)

    @web.middleware
    async def api(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve REST calls as Discord does: faults on request, token, rate limits, errors as JSON."""
        if not request.path.startswith(API):
            return await handler(request)
        fault = self._faults.take(f"{request.method} {request.path}")
        if fault is None:
            return await self._serve(request, handler)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.answer_is_lost:
            served = await self._serve(request, handler)
            if fault.status is None and request.transport is not None:
                request.transport.abort()
            return _faulty(fault) or served
        return _faulty(fault) or await self._serve(request, handler)

    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        headers: dict[str, str] = {}
        banned_s = self._invalid.retry_after_s
        if banned_s is not None:
            # As from the proxy in front of Discord: no JSON, no `Via`, and clients rightly give up.
            return web.Response(
                status=429, text="error code: 1015", headers={"Retry-After": f"{banned_s:.0f}"}
            )
        try:
            by_interaction = _is_authorised_by_interaction(request.path)
            if not by_interaction:
                self._check_token(request)
            verdict = self._rate_limits.take(*_rule(request), counts_globally=not by_interaction)
            headers = verdict.headers
            response = _limited(verdict) if verdict.retry_after_s is not None else await handler(request)
        except ApiError as error:
            response = _refused(error)
        except web.HTTPNotFound:
            response = _refused(errors.not_found())
        except web.HTTPMethodNotAllowed:
            response = _refused(errors.method_not_allowed())
        except web.HTTPRequestEntityTooLarge:
            response = _refused(errors.payload_too_large())
        except web.HTTPException:
            raise
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            response = json_response({"message": "500: Internal Server Error", "code": 0}, 500)
        self._invalid.note(response.status)
        response.headers.update(headers | {"Via": VIA})
        return response

    def _check_token(self, request: web.Request) -> None:
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bot {self._identity.bot_token}".encode()):
            raise errors.unauthorized()

    def _is_local(self, host: str) -> bool:
        """Accept what no foreign DNS server can point here: localhost, addresses, configured names."""
        try:
            name = URL(f"http://{host}").host or ""
        except ValueError:
            return False
        if name in self._allowed_hosts or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def is_own_origin(request: web.Request, origin: str) -> bool:
    """Say whether an `Origin` header names the very host and port that the request went to."""
    try:
        parsed = URL(origin)
    except ValueError:
        return False
    return parsed.scheme in ("http", "https") and parsed.authority == request.headers.get("Host")


def _is_authorised_by_interaction(path: str) -> bool:
    return path.startswith((f"{API}/interactions/", f"{API}/webhooks/")) or path == f"{API}/gateway"


def _rule(request: web.Request) -> tuple[str | None, str]:
    """Return the rate limit rule of a call and its major parameter."""
    match request.path.removeprefix(API).strip("/").split("/"):
        case ["webhooks", _, token, *_]:
            return "webhook", token
        case ["channels", channel_id, "messages"] if request.method == "POST":
            return "POST channel messages", channel_id
        case ["channels", channel_id, "messages", _] if request.method in ("PATCH", "DELETE"):
            return f"{request.method} channel message", channel_id
    return None, ""


def _faulty(fault: RestFault) -> web.Response | None:
    """Return what is answered instead of the call's own answer, if anything is."""
    if fault.status == 429:
        return _limited(Verdict({"X-RateLimit-Scope": "user"}, fault.retry_after_s))
    if fault.status is not None:
        return json_response({"message": "injected fault", "code": 0}, fault.status, {"Via": VIA})
    return None


def _refused(error: ApiError) -> web.Response:
    wait = {} if error.retry_after_s is None else {"Retry-After": f"{error.retry_after_s:.3f}"}
    return json_response(error.body, error.status, wait)


def _limited(verdict: Verdict) -> web.Response:
    body: Json = {
        "message": "You are being rate limited.",
        "retry_after": verdict.retry_after_s,
        "global": verdict.everywhere,
    }
    return json_response(body, 429, verdict.headers | {"Via": VIA, "Retry-After": str(verdict.retry_after_s)})
