"""Who calls: by key, by token, by passport, or nobody asks; whatever is wrong is one and the same answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import grpc
import jwt
import pytest
import pytest_asyncio

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit import caller
from reelwright_kit.access.authentication import Authenticator, Everybody, Knower
from reelwright_kit.access.gate import Gate, open_gate
from reelwright_kit.access.keys import KeyStore
from reelwright_kit.access.limits import RateLimits
from reelwright_kit.access.model import NewKey
from reelwright_kit.access.passport import HEADER, Passport
from reelwright_kit.access.sessions import Sessions
from reelwright_kit.caller import SCOPES, Caller
from reelwright_kit.database import Pool, connect
from reelwright_kit.settings import ServiceSettings
from tests.access.desk import refused, served, who
from tests.postgres import Postgres

SECRET = b"0123456789abcdef0123456789abcdef"
EVERYTHING = " ".join(sorted(SCOPES))
ALL_BUT_ADMIN = " ".join(sorted(set(SCOPES) - {"admin"}))


def settings(url: str, auth: str = "keys") -> ServiceSettings:
    environment = {"REELWRIGHT_DATABASE_URL": url, "REELWRIGHT_STORE_URL": "file:///nowhere", "REELWRIGHT_AUTH": auth}
    return ServiceSettings.load(environment)


@pytest_asyncio.fixture(loop_scope="session")
async def stub(database_url: str, pool: Pool) -> AsyncIterator[rpc.JobServiceAsyncStub]:
    """A server that asks for keys."""
    async with open_gate(settings(database_url), pool, Passport(SECRET)) as gate, served(gate) as opened:
        yield opened


def gate_of(knower: Knower, pool: Pool) -> Gate:
    return Gate(Authenticator(knower, Passport(SECRET)), RateLimits(pool), Sessions())


async def test_a_key_comes_as_a_bearer_or_as_an_api_key(pool: Pool, stub: rpc.JobServiceAsyncStub) -> None:
    """Both ways of sending it say the same, also together; tenant and scopes are the key's."""
    key, secret = await KeyStore(pool).create(NewKey("k", "acme", ("image", "story")))
    known = ("acme", key.id, "", "image story")
    bearer, plain = ("authorization", f"bearer {secret}"), ("x-api-key", secret)
    assert await who(stub, bearer) == await who(stub, plain) == await who(stub, bearer, plain) == known
    assert await who(stub, ("authorization", "Basic eDp5"), plain) == known


async def test_two_different_secrets_are_none(pool: Pool, stub: rpc.JobServiceAsyncStub) -> None:
    """Nobody can be meant by two keys: an answer would depend on which was read first."""
    secrets = [(await KeyStore(pool).create(NewKey("k")))[1] for _ in range(2)]
    sent = (("authorization", f"Bearer {secrets[0]}"), ("x-api-key", secrets[1]))
    assert await refused(stub.GetJob(pb.GetJobRequest(id="x"), metadata=sent)) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer rw_short", "rw_" + "x" * 43, "Bearer " + "x" * 2000]
)
async def test_what_is_no_key_is_refused_without_an_echo(stub: rpc.JobServiceAsyncStub, value: str) -> None:
    """The answer is one sentence that shows nothing of what was sent."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.GetJob(pb.GetJobRequest(id="x"), metadata=(("authorization", value),))
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert raised.value.details() == "A valid key is needed: send it as `Authorization: Bearer ...`."


async def test_where_nobody_asks_everybody_is_the_local_tenant(pool: Pool) -> None:
    """With authentication off, credentials are ignored; a passport is still read, and a bad one refused."""
    async with served(gate_of(Everybody(), pool)) as stub:
        assert await who(stub) == await who(stub, ("authorization", "Bearer x")) == ("local", "", "", EVERYTHING)
        passport = Passport(SECRET).write(Caller("acme", "call", key="key_1", job="sty_1"))
        assert await who(stub, (HEADER, passport)) == ("acme", "key_1", "sty_1", ALL_BUT_ADMIN)
        forged = stub.GetJob(pb.GetJobRequest(id="x"), metadata=((HEADER, passport + "x"),))
        assert await refused(forged) == "UNAUTHENTICATED"


async def test_a_passport_names_whom_a_service_works_for(stub: rpc.JobServiceAsyncStub) -> None:
    """The metadata of a call made for a job carries its call id, tenant, key and job, and no right to administer."""
    caller.become(Caller("acme", "call-7", key="key_1", job="sty_1"))
    metadata = Passport(SECRET).metadata()
    assert ("x-request-id", "call-7") in metadata
    assert await who(stub, *metadata) == ("acme", "key_1", "sty_1", ALL_BUT_ADMIN)


def forged(**changed: object) -> str:
    claims: dict[str, object] = {"aud": "reelwright-internal", "exp": time.time() + 60}
    claims |= {"tenant": "acme", "key": "k", "job": "j"}
    secret = changed.pop("secret", SECRET)
    algorithm = str(changed.pop("algorithm", "HS256"))
    assert isinstance(secret, bytes | None)
    kept = {name: value for name, value in (claims | changed).items() if value is not None}
    return jwt.encode(kept, secret or "", algorithm)


@pytest.mark.parametrize(
    "token",
    [
        lambda: forged(secret=b"another secret of the same size!"),
        lambda: forged(exp=time.time() - 60),
        lambda: forged(exp=None),
        lambda: forged(aud="somebody"),
        lambda: forged(aud=None),
        lambda: forged(tenant=None),
        lambda: forged(secret=None, algorithm="none"),
        lambda: "",
        lambda: "nonsense",
    ],
    ids=[
        "signed by another",
        "expired",
        "endless",
        "for another",
        "for nobody",
        "tenantless",
        "unsigned",
        "empty",
        "none",
    ],
)
async def test_a_bad_passport_opens_nothing(
    pool: Pool, stub: rpc.JobServiceAsyncStub, token: Callable[[], str]
) -> None:
    """A passport that this installation did not write lately is refused, also beside a good key."""
    _, secret = await KeyStore(pool).create(NewKey("k"))
    sent = ((HEADER, token()), ("x-api-key", secret))
    assert await refused(stub.GetJob(pb.GetJobRequest(id="x"), metadata=sent)) == "UNAUTHENTICATED"


async def test_a_good_passport_is_what_the_bad_ones_are_not() -> None:
    """What the bad ones are made from is good."""
    assert Passport(SECRET).read(forged()).tenant == "acme"


async def reads_of_keys(pool: Pool) -> int:
    """How often the server has read from the table of secrets."""
    async with pool.connection() as connection:
        await connection.execute("select pg_stat_force_next_flush()")
        query = "select seq_scan + coalesce(idx_scan, 0) as n from pg_stat_user_tables where relname = 'key_secrets'"
        row = await (await connection.execute(query)).fetchone()
    assert row is not None
    return int(row["n"])


async def test_a_known_key_and_a_guess_repeated_leave_the_database_alone(pool: Pool, database_url: str) -> None:
    """300 calls with a key and 300 with one that nobody has cost a handful of looks at the keys."""
    _, secret = await KeyStore(pool).create(NewKey("k"))
    async with connect(database_url, 1) as observer:
        async with open_gate(settings(database_url), pool, Passport(SECRET)) as gate, served(gate) as stub:
            for _ in range(300):
                await who(stub, ("x-api-key", secret))
                assert (
                    await refused(stub.GetJob(pb.GetJobRequest(id="x"), metadata=(("x-api-key", "rw_guess"),))) != "OK"
                )
        # Closed connections have told what they did.
        await pool.close()
        assert await reads_of_keys(observer) < 60


async def test_while_the_database_is_away_a_known_key_works_for_seconds_only(own_postgres: Postgres) -> None:
    """A key that was confirmed lately still opens; after five seconds the answer is UNAVAILABLE, as for a new one."""
    url = own_postgres.fresh()
    async with connect(url, 4) as pool, open_gate(settings(url), pool, Passport(SECRET)) as gate, served(gate) as stub:
        _, secret = await KeyStore(pool).create(NewKey("k"))
        _, fresh = await KeyStore(pool).create(NewKey("k"))
        await who(stub, ("x-api-key", secret))
        own_postgres.stop()
        away = time.monotonic()

        async def code(key: str) -> str:
            return await refused(stub.GetJob(pb.GetJobRequest(id="x"), metadata=(("x-api-key", key),)))

        assert await code(secret) == "OK"
        async with asyncio.timeout(20):
            while await code(secret) == "OK":
                assert time.monotonic() - away < 6
        assert await code(secret) == await code(fresh) == "UNAVAILABLE"
        own_postgres.start()
        async with asyncio.timeout(20):
            while await code(secret) != "OK":
                pass
        assert await code(fresh) == "OK"
