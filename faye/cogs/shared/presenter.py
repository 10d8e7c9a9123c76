"""From a reply to what stands in Discord: each feature says here how its replies are shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias, TypeVar

from msgspec import Struct

from faye.cogs.shared.errand import Errand, Scene
from faye.cogs.shared.look import Look
from faye.cogs.shared.refusals import explain_query_failure
from faye.cogs.shared.rendered import Rendered, notice
from faye.messages import Command, DirectRequest, Query, Refusal, Reply, Undecided
from faye.messages.base import only_asks
from faye.messages.refusals import Abandoned, Busy, NotKnownYet
from faye.utils.language import gettext, gettext_noop

log = logging.getLogger(__name__)


_REPEATED: Final = gettext_noop(
    "This button acts only once, and you had already used it. This is what came of it:"
)

Request: TypeAlias = Command | Query | DirectRequest
Follow: TypeAlias = Callable[[Request, Reply], Query | None]
"""From a request and its reply to the query whose reply is to be shown instead, if any."""


class Occasion(Struct, frozen=True):
    """What a renderer may look at besides the reply."""

    request: Request
    """Without its player's key."""
    scene: Scene
    look: Look


Render: TypeAlias = Callable[[Any, Occasion], Rendered]
R = TypeVar("R", bound=Render)


class Presentation(Struct, frozen=True):
    """How the replies of one kind of request are shown."""

    render: Render
    follow: Follow


PRESENTATIONS: Final[dict[str, Presentation]] = {}
"""Every feature's presentations by name; the names are stored with deferred interactions."""


def presentation(name: str, *, follow: Follow = lambda _, __: None) -> Callable[[R], R]:
    """Register the decorated pure renderer under `name`."""

    def register(render: R) -> R:
        PRESENTATIONS[name] = Presentation(render, follow)
        return render

    return register


def follow(errand: Errand, reply: Reply) -> Query | None:
    """The query that must still be asked before `reply` can be shown, if any."""
    known = PRESENTATIONS.get(errand.presentation)
    return known.follow(errand.request, reply) if known else None


def present(errand: Errand, reply: Reply, look: Look) -> Rendered:
    """`reply` as it will stand in Discord; if showing it fails, what happened is still said truly."""
    rendered = place(errand, _render(errand, reply, look))
    if errand.repeats and not isinstance(reply, Undecided):
        return replace(rendered, content=gettext(_REPEATED), picture=None)
    return rendered


def place(errand: Errand, rendered: Rendered) -> Rendered:
    """`rendered` where it belongs: only a message that was there before can have something beside it."""
    return rendered if errand.updates else replace(rendered, is_aside=False)


def _render(errand: Errand, reply: Reply, look: Look) -> Rendered:
    if only_asks(errand.request) and isinstance(reply, Abandoned | NotKnownYet | Busy):
        return explain_query_failure()
    try:
        return PRESENTATIONS[errand.presentation].render(reply, Occasion(errand.request, errand.scene, look))
    except Exception:
        log.exception("interaction %d: its reply cannot be shown", errand.scene.interaction_id)
        return say_only_whether(errand, reply, look)


def say_only_whether(errand: Errand, reply: Reply | None, look: Look) -> Rendered:
    """The little that is always possible to say: whether anything happened. None: nothing was asked."""
    request = errand.request
    if only_asks(request):
        return place(errand, explain_query_failure())
    match reply:
        case NotKnownYet():
            text = gettext("I cannot tell yet whether that went through. Please don't repeat it for a while.")
        case None | Refusal():
            text = gettext("That was not possible, and I failed to say why. **Nothing was changed.**")
        case _:
            text = gettext("That **went through**, but I failed to show it.")
            if isinstance(request, Command):
                text += " " + gettext("{history} lists it.").format(history=look.mention("history"))
    return place(errand, notice(text))
