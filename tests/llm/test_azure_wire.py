"""Azure OpenAI in its two forms: the v1 API, and the classic one where a version is set."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_fakes.testing import Fake
from tests.llm.asking import WEATHER, asked, chat, chunks, failed, stream, words
from tests.llm.conftest import Desk, settings, started
from tests.postgres import Postgres

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSION = "2024-10-21"
CLASSIC, NEW, TOKEN = f"classic {VERSION}", "v1", "v1 with a token"
FORMS = {
    CLASSIC: {"OPENAI_API_VERSION": VERSION},
    NEW: {"OPENAI_API_VERSION": ""},
    TOKEN: {"OPENAI_API_VERSION": "", "AZURE_OPENAI_API_KEY": "", "AZURE_OPENAI_AD_TOKEN": "fake"},
}
EMBEDDING = "azure/text-embedding-3-small"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=FORMS)
async def serving_azure(
    request: pytest.FixtureRequest, fake: Fake, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, Desk]]:
    """A service for each form."""
    database = postgres.fresh()
    environment = settings(fake, database, tmp_path_factory.mktemp("azure")) | FORMS[request.param]
    async for desk in started(fake, database, environment):
        yield request.param, desk


@pytest.fixture
def azure(serving_azure: tuple[str, Desk]) -> tuple[str, Desk]:
    """The form and its service, with a vendor that knows one key and remembers nothing."""
    serving_azure[1].vendors.reset()
    serving_azure[1].vendors.demand_key("azure", "fake")
    return serving_azure


def path_of(form: str, model: str, what: str) -> str:
    """Where Azure is asked."""
    if form == CLASSIC:
        return f"/azure/openai/deployments/{model}/{what}?api-version={VERSION}"
    return f"/azure/openai/v1/{what}"


async def test_each_form_is_spoken_as_azure_wants_it(azure: tuple[str, Desk]) -> None:
    """Path, header of the key and the model in the body; whole, streamed and embedded."""
    form, desk = azure
    whole = await desk.llm.Chat(chat(model="azure/spare", max_output_tokens=9))
    pieces = await chunks(desk, stream(model="azure/spare", max_output_tokens=9))
    made = await desk.llm.Embed(pb.EmbedRequest(inputs=["a fox"], model=EMBEDDING, dimensions=16))
    assert words(pieces) == whole.choices[0].message.content and len(made.embeddings[0].values) == 16
    assert (whole.model, pieces[-1].model, made.model) == ("azure/spare", "azure/spare", EMBEDDING)
    name = EMBEDDING.partition("/")[2]
    entries = asked(desk, "azure")
    assert [entry.path for entry in entries] == [
        path_of(form, "spare", "chat/completions"),
        path_of(form, "spare", "chat/completions"),
        path_of(form, name, "embeddings"),
    ]
    assert {entry.key_in for entry in entries} == {"authorization" if form == TOKEN else "api-key"}
    assert [entry.body and entry.body["model"] for entry in entries] == ["spare", "spare", name]


async def test_what_the_filter_remarks_is_passed_on(azure: tuple[str, Desk]) -> None:
    """Chunks without choices and without a delta neither break a stream nor get lost; functions come whole."""
    _, desk = azure
    pieces = await chunks(desk, stream("Weather? [fake:calls=1]", model="azure/spare", tools=[{"function": WEATHER}]))
    assert any("prompt_filter_results" in piece.extra.fields for piece in pieces)
    assert any("content_filter_results" in one.extra.fields for piece in pieces for one in piece.choices)
    names = [call.name for piece in pieces for one in piece.choices for call in one.delta.tool_calls if call.name]
    assert names == ["weather"]


async def test_what_azure_refuses_is_told_as_what_it_is(azure: tuple[str, Desk]) -> None:
    """A deployment that is not there, a prompt that its filter blocks, a key that it does not know."""
    _, desk = azure
    told = [
        await refusal(desk, model="azure/no-such-model"),
        await refusal(desk, "A fox [fake:400 code=content_filter]", model="azure/spare"),
    ]
    desk.vendors.demand_key("azure", "another")
    told.append(await refusal(desk, model="azure/spare"))
    assert [(code, reason) for code, reason, _ in told] == [
        ("FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("FAILED_PRECONDITION", "CONTENT_BLOCKED"),
        ("FAILED_PRECONDITION", "PROVIDER_FAILED"),
    ]
    assert "deployment for this resource does not exist" in told[0][2]
    assert told[2][2].endswith("refuses the key of this service")


async def refusal(desk: Desk, text: str = "A fox.", model: str = "") -> tuple[str, str, str]:
    """The code, the reason and the words of a failure."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat(text, model=model))
    told = failed(raised.value)
    return told.code, told.reason, told.message
