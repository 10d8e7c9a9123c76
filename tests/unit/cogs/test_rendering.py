"""Every reply and every refusal of every feature becomes something that Discord takes."""

from typing import get_args

import pytest

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.look import Look, currency_name
from faye.cogs.shared.presenter import PRESENTATIONS, present, say_only_whether
from faye.cogs.shared.refusals import CommonRefusal
from faye.messages import Refusal, Reply
from faye.messages.codec import REPLIES as ALL_REPLIES
from faye.messages.refusals import Abandoned, Busy, NotEnough, NotKnownYet, NotStarted
from faye.playground.check_message import check_message
from faye.vocabulary import CURRENCIES
from tests.unit.cogs import samples


def errand_for(name: str, scene: Scene, *, updates: bool = False) -> Errand:
    return errand(samples.REQUESTS[name], name, scene, updates=updates)


def label(value: object) -> str:
    return value if isinstance(value, str) else type(value).__name__


def test_the_samples_hold_every_presentation_every_reply_and_every_refusal() -> None:
    assert set(samples.REQUESTS) == set(PRESENTATIONS)
    sampled = {type(reply) for _, reply in samples.EVERYTHING}
    unseen = {kind.__name__ for kind in set(ALL_REPLIES) - sampled}
    assert unseen <= {"Transferred", "SamePlayer", "FightEnded"}, "a reply that no front-end can show"
    assert {type(refusal) for refusal in samples.REFUSALS} == set(get_args(CommonRefusal))


@pytest.mark.parametrize(("name", "reply"), samples.EVERYTHING, ids=label)
async def test_every_reply_is_shown_within_discords_limits_and_without_an_error(
    name: str, reply: Reply, scene: Scene, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    rendered = present(errand_for(name, scene), reply, look)
    check_message(samples.body_of(rendered))
    view = rendered.view()
    assert caplog.records == []
    assert view is None or view.is_persistent()


@pytest.mark.parametrize("refusal", samples.REFUSALS, ids=label)
@pytest.mark.parametrize("name", samples.REQUESTS)
def test_a_refusal_stands_beside_a_message_that_is_there_and_never_replaces_it(
    name: str, refusal: Reply, scene: Scene, look: Look
) -> None:
    if name == "policy" and isinstance(refusal, NotStarted):
        return  # No refusal: the policy is what a newcomer asks for.
    assert present(errand_for(name, scene, updates=True), refusal, look).is_aside
    assert not present(errand_for(name, scene), refusal, look).is_aside


def text_of(name: str, reply: Reply, scene: Scene, look: Look) -> str:
    return str(present(errand_for(name, scene), reply, look).embeds[0].description)


def test_a_refusal_says_what_is_missing_and_how_to_get_it(scene: Scene, look: Look) -> None:
    for currency in CURRENCIES:
        text = text_of("craft", NotEnough(currency=currency, required=1_010, held=10), scene, look)
        assert currency_name(currency) in text
        assert "1,000" in text
    assert "</craft:2>" in text_of("summon", NotEnough(currency="fayrites", required=1, held=0), scene, look)
    assert "</daily:3>" in text_of(
        "craft", NotEnough(currency="fayrite_shards", required=1, held=0), scene, look
    )


def test_abandoned_says_that_nothing_happened_and_unknown_does_not(scene: Scene, look: Look) -> None:
    assert "Nothing happened" in text_of("craft", Abandoned(), scene, look)
    unknown = text_of("craft", NotKnownYet(), scene, look)
    assert "cannot tell yet" in unknown
    assert "Nothing" not in unknown


@pytest.mark.parametrize("reply", [Abandoned(), NotKnownYet(), Busy()], ids=label)
def test_a_question_without_an_answer_never_speaks_of_effects(reply: Reply, scene: Scene, look: Look) -> None:
    assert "cannot look that up" in text_of("profile", reply, scene, look)


def test_what_cannot_be_shown_still_says_truly_whether_it_happened(scene: Scene, look: Look) -> None:
    command = errand_for("craft", scene)
    happened = say_only_whether(command, samples.REPLIES[0][1], look).embeds[0].description
    refused = say_only_whether(command, Abandoned(), look).embeds[0].description
    unasked = say_only_whether(command, None, look).embeds[0].description
    unknown = say_only_whether(command, NotKnownYet(), look).embeds[0].description
    assert "went through" in str(happened)
    assert "Nothing was changed" in str(refused)
    assert "Nothing was changed" in str(unasked)
    assert "cannot tell" in str(unknown)


def test_a_reply_that_a_renderer_does_not_know_is_logged_and_still_answered(
    scene: Scene, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    text = text_of("craft", samples.ODDS, scene, look)
    assert "went through" in text
    assert str(scene.interaction_id) in caplog.text


def test_names_of_people_are_escaped(scene: Scene, look: Look) -> None:
    rendered = present(errand_for("profile", scene), samples.PROFILE, look)
    assert r"\*Mira\*" in str(rendered.embeds[0].title)


def test_every_refusal_class_is_an_expected_no() -> None:
    assert all(isinstance(refusal, Refusal) for refusal in samples.REFUSALS)
