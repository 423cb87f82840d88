"""Small promises: ids, page tokens, settings, failures at rest, the catalogue."""

from __future__ import annotations

import string
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright.image.v1 import image_service_pb2 as image
from reelwright_kit import ids, pages
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import AppError, Failure, JobNotFound, ModelNotFound, PageTokenInvalid
from reelwright_kit.jobs.rendering import admission_of, digest_of, status_message
from reelwright_kit.jobs.work import RecordedFailure
from reelwright_kit.settings import Secret, ServiceSettings, SettingsInvalid

ENOUGH = {"REELWRIGHT_DATABASE_URL": "postgresql://u:hidden@h/d", "REELWRIGHT_STORE_URL": "file:///srv/x"}


def test_ids_are_unique_and_sort_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for millisecond in range(1, 2000, 7):
        monkeypatch.setattr("time.time_ns", lambda now=millisecond: now * 10**9)
        made.append(ids.new_id("mil"))
    assert made == sorted(made) and len(set(made)) == len(made)
    assert all(len(one) == 30 and set(one[4:]) <= set(ids.ALPHABET) for one in made)


@given(st.lists(st.text(string.printable, max_size=8), min_size=1, max_size=4))
def test_a_derived_id_always_belongs_to_its_parts(parts: list[str]) -> None:
    one = ids.derived_id("ast", *parts)
    assert one == ids.derived_id("ast", *parts) != ids.derived_id("ast", *parts, "more")
    assert len(one) == 30


@dataclass(frozen=True)
class Query:
    kind: str = ""
    states: tuple[str, ...] = ()


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_a_page_token_leads_back_to_its_place_in_its_own_query_only(last: str, kind: str, states: list[str]) -> None:
    query = Query(kind, tuple(states))
    token = pages.write_token(last, query)
    assert pages.read_token(token, query) == last
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    with pytest.raises(PageTokenInvalid):
        pages.read_token(token, Query(kind + "x", tuple(states)))


@given(st.text(min_size=1))
def test_no_text_makes_reading_a_page_token_crash(text: str) -> None:
    with pytest.raises(PageTokenInvalid):
        pages.read_token(text, Query())


def test_a_page_has_fifty_entries_unless_asked_and_two_hundred_at_most() -> None:
    assert [pages.page_size(asked) for asked in (0, -1, 7, 200, 201)] == [50, 50, 7, 200, 200]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REELWRIGHT_DATABASE_URL", ""),
        ("REELWRIGHT_DATABASE_URL", "mysql://hidden"),
        ("REELWRIGHT_STORE_URL", ""),
        ("REELWRIGHT_STORE_URL", "/var/lib/files"),
        ("REELWRIGHT_POOL_SIZE", "many"),
        ("REELWRIGHT_POOL_SIZE", "0"),
        ("REELWRIGHT_DRAIN_S", "-1"),
        ("REELWRIGHT_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_variable_is_named_and_secrets_are_not_shown(variable: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        ServiceSettings.load(ENOUGH | {variable: value})
    assert variable in str(refused.value)
    assert "hidden" not in str(refused.value) and "\n" not in str(refused.value)


def test_settings_have_defaults_and_do_not_show_secrets() -> None:
    settings = ServiceSettings.load(ENOUGH | {"REELWRIGHT_NOTICE_S": "", "SOMETHING_ELSE": "x"})
    assert settings.notice_s == 3.0
    assert settings.database_url == ENOUGH["REELWRIGHT_DATABASE_URL"]
    assert isinstance(settings.database_url, Secret) and "hidden" not in repr(settings)


def test_a_failure_survives_being_written_down() -> None:
    error = JobNotFound("mil_1")
    kept = {**vars(Failure.of(error)), "metadata": dict(error.metadata)}
    again = RecordedFailure(Failure(**kept))
    assert isinstance(again, AppError)
    assert vars(Failure.of(again)) == vars(Failure.of(error))
    status = status_message(kept)
    assert status is not None and (status.code, status.message) == (5, error.message)


def test_request_id_wait_and_validate_only_are_not_part_of_the_body() -> None:
    first = image.CreateImageRequest(prompt="x", request_id="a", validate_only=True)
    first.wait.FromSeconds(3)
    assert digest_of(first) == digest_of(image.CreateImageRequest(prompt="x"))
    assert digest_of(first) != digest_of(image.CreateImageRequest(prompt="x", seed=1))
    assert digest_of(first) != digest_of(image.EditImageRequest(prompt="x"))
    assert admission_of(first).wait_s == 3 and admission_of(first).max_cost_micros is None


@dataclass(frozen=True)
class Card:
    id: str
    provider: str = "p"
    configured: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Model:
    card: Card


def test_a_catalogue_has_its_default_first_and_says_why_a_model_cannot_be_used() -> None:
    models = [Model(Card("a")), Model(Card("b")), Model(Card("c", configured=False, reason="C_KEY is not set"))]
    catalogue = Catalogue(models, "b")
    assert [model.card.id for model in catalogue.all()] == ["b", "a", "c"]
    assert [model.card.id for model in catalogue.all(configured_only=True)] == ["b", "a"]
    assert catalogue.choose("").card.id == "b"
    with pytest.raises(ModelNotFound):
        catalogue.choose("nobody")
    with pytest.raises(ModelNotFound, match="C_KEY is not set"):
        catalogue.choose("c")
