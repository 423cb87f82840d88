"""Reads settings from environment variables into frozen classes, once, and names the variable that is wrong."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

import msgspec

from reelwright_kit.addresses import AddressRules
from reelwright_kit.assets.s3 import S3Access
from reelwright_kit.errors import CannotStart
from reelwright_kit.loopback import require_auth

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
StoreUrl = Annotated[str, msgspec.Meta(pattern=r"^(file:///|s3://|az://)")]
HttpUrl = Annotated[str, msgspec.Meta(pattern=r"^(https?://|$)")]
SHORTEST_ADMIN_KEY = 32
UrlLifetime = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 3600)]


class SettingsInvalid(CannotStart):
    """A variable is missing or has the wrong form."""


class Secret(str):
    """A string that does not show itself."""

    def __repr__(self) -> str:
        return "Secret('***')"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every settings class: each field is encoded under the name of its environment variable."""

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Environment variable of each field."""
        return {field.name: field.encode_name for field in msgspec.structs.fields(cls)}

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """The settings that `environment` gives; raises SettingsInvalid naming the first variable that is wrong."""
        names = set(cls.variables().values())
        given = {name: value for name, value in environment.items() if name in names and value != ""}
        try:
            return msgspec.convert(given, cls, strict=False, dec_hook=_secret)
        except msgspec.ValidationError as error:
            raise SettingsInvalid(_readable(error)) from None


def _secret(kind: type, value: Any) -> Any:
    if kind is Secret:
        return Secret(value)
    raise NotImplementedError(kind)


def _readable(error: msgspec.ValidationError) -> str:
    text = str(error)
    expected, _, path = text.partition(" - at `$.")
    if path:
        return f"{path.rstrip('`')}: {expected}"
    return text.replace("Object missing required field", "Not set:").replace("`", "")


class StoreSettings(Settings, frozen=True, kw_only=True):
    """Where files are kept, and how an S3 store is reached."""

    store_url: StoreUrl = msgspec.field(name="REELWRIGHT_STORE_URL")
    """Where files are kept: `file:///path`, `s3://bucket` or `az://container`."""
    store_public_url: HttpUrl = msgspec.field(default="", name="REELWRIGHT_STORE_PUBLIC_URL")
    """S3: address under which users reach the store, where it differs from the endpoint."""
    url_lifetime_s: UrlLifetime = msgspec.field(default=3600, name="REELWRIGHT_URL_LIFETIME_S")
    """Seconds that addresses of GetAssetUrl work when a call does not say, 1 to 604,800 (7 days)."""
    orphan_age_h: Seconds = msgspec.field(default=24.0, name="REELWRIGHT_ORPHAN_AGE_H")
    """Hours after which an object that no file record names is removed; 0: never."""
    access_key_id: str = msgspec.field(default="", name="AWS_ACCESS_KEY_ID")
    """S3: access key; empty: web identity, container or machine credentials."""
    secret_access_key: Secret = msgspec.field(default=Secret(""), name="AWS_SECRET_ACCESS_KEY")
    """S3: secret of the access key."""
    session_token: Secret = msgspec.field(default=Secret(""), name="AWS_SESSION_TOKEN")
    """S3: token of temporary keys."""
    region: str = msgspec.field(default="", name="AWS_REGION")
    """S3: region; empty: `AWS_DEFAULT_REGION`."""
    default_region: str = msgspec.field(default="us-east-1", name="AWS_DEFAULT_REGION")
    """S3: region where `AWS_REGION` is not set."""
    endpoint_s3: HttpUrl = msgspec.field(default="", name="AWS_ENDPOINT_URL_S3")
    """S3: address of the store, http or https; empty: `AWS_ENDPOINT_URL`."""
    endpoint: HttpUrl = msgspec.field(default="", name="AWS_ENDPOINT_URL")
    """S3: address of the store where `AWS_ENDPOINT_URL_S3` is not set; empty: Amazon's of the region."""

    def __post_init__(self) -> None:
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: set both or none")

    @property
    def s3(self) -> S3Access:
        """How an S3 store is reached."""
        return S3Access(
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            session_token=self.session_token,
            region=self.region or self.default_region,
            endpoint=self.endpoint_s3 or self.endpoint,
            public_endpoint=self.store_public_url,
        )


class ServiceSettings(StoreSettings, frozen=True, kw_only=True):
    """What every service reads, beside the settings of the store."""

    listen: str = msgspec.field(default="127.0.0.1:50051", name="REELWRIGHT_LISTEN")
    """Address to listen on, host:port; port 0 takes a free one."""
    database_url: Secret = msgspec.field(name="REELWRIGHT_DATABASE_URL")
    """PostgreSQL, `postgresql://user:password@host/database`."""
    scratch_dir: str = msgspec.field(default="", name="REELWRIGHT_SCRATCH_DIR")
    """Directory for files in the making; default: the system's temporary one."""
    executor_id: str = msgspec.field(default_factory=socket.gethostname, name="REELWRIGHT_EXECUTOR_ID")
    """Name of this process among the replicas of its service; must be unique. Default: the host name."""
    public_url: str = msgspec.field(default="http://127.0.0.1:8080", name="REELWRIGHT_PUBLIC_URL")
    """Address of the gateway as users see it."""
    log_level: Literal["debug", "info", "warning", "error"] = msgspec.field(default="info", name="REELWRIGHT_LOG_LEVEL")
    """debug, info, warning or error."""
    otlp_endpoint: str = msgspec.field(default="", name="OTEL_EXPORTER_OTLP_ENDPOINT")
    """OpenTelemetry collector, gRPC; empty: traces are not sent."""
    notice_s: Seconds = msgspec.field(default=3.0, name="REELWRIGHT_NOTICE_S")
    """Seconds between saying not ready and refusing calls, so that load balancers notice."""
    drain_s: Seconds = msgspec.field(default=20.0, name="REELWRIGHT_DRAIN_S")
    """Seconds that calls in flight get to finish on shutdown."""
    hand_over_s: Seconds = msgspec.field(default=150.0, name="REELWRIGHT_HAND_OVER_S")
    """Seconds after that in which providers may still answer what was submitted; nobody else would ever know it."""
    pool_size: Count = msgspec.field(default=8, name="REELWRIGHT_POOL_SIZE")
    """Database connections of a service, shared by its workers; durable workflows keep as many beside it."""
    task_retention_hours: Seconds = msgspec.field(default=24.0, name="TASK_RETENTION_HOURS")
    """Hours after its end that a job and its unkept files are removed; 0: never."""
    request_id_hours: Positive = msgspec.field(default=24.0, name="REELWRIGHT_REQUEST_ID_HOURS")
    """Hours that a request id names its job, at least."""
    join_window_s: Seconds = msgspec.field(default=120.0, name="REELWRIGHT_JOIN_WINDOW_S")
    """Seconds that a call without a request id that says it is a retry looks back for the job of an equal call."""
    retention_every_s: Positive = msgspec.field(default=600.0, name="REELWRIGHT_RETENTION_EVERY_S")
    """Seconds between two looks at what is too old."""

    auth: Literal["off", "keys", "jwt"] = msgspec.field(default="off", name="REELWRIGHT_AUTH")
    """How callers are known: `off` (loopback only: everybody is the tenant `local`), `keys` or `jwt`."""
    admin_key: Secret = msgspec.field(default=Secret(""), name="REELWRIGHT_ADMIN_KEY")
    """Secret of a first key with every scope, at least 32 characters; made at the start where it is not known."""
    jwt_jwks: str = msgspec.field(default="", name="REELWRIGHT_JWT_JWKS")
    """With `jwt`: public keys of the identity provider, a file's path or an https address of a JSON Web Key Set."""
    jwt_issuer: str = msgspec.field(default="", name="REELWRIGHT_JWT_ISSUER")
    """With `jwt`: the `iss` that tokens must have."""
    jwt_audience: str = msgspec.field(default="", name="REELWRIGHT_JWT_AUDIENCE")
    """With `jwt`: the `aud` that tokens must have."""
    jwt_tenant_claim: str = msgspec.field(default="tenant", name="REELWRIGHT_JWT_TENANT_CLAIM")
    """With `jwt`: the claim that names the caller's tenant."""
    prices: str = msgspec.field(default="", name="REELWRIGHT_PRICES")
    """TOML file whose prices come before those of the catalogue that is shipped; empty: none."""
    unknown_price: Literal["allow", "refuse"] = msgspec.field(default="refuse", name="REELWRIGHT_UNKNOWN_PRICE")
    """Whether work whose price is not known is done, counted as free: allow or refuse."""

    fetch_http: bool = msgspec.field(default=False, name="REELWRIGHT_FETCH_HTTP")
    """Whether addresses that users give, of webhooks and files, may be plain http: true or false."""
    fetch_ports: str = msgspec.field(default="443,80,8443,8080", name="REELWRIGHT_FETCH_PORTS")
    """Ports that such addresses may have."""
    fetch_allow: str = msgspec.field(default="", name="REELWRIGHT_FETCH_ALLOW")
    """Networks and hosts that may be reached although they are private, on every port: `10.1.0.0/16,hooks.lan`."""

    @property
    def address_rules(self) -> AddressRules:
        """What of the addresses that users give may be reached."""
        return AddressRules.parse(self.fetch_http, self.fetch_ports, self.fetch_allow)

    @property
    def providers(self) -> Mapping[str, Sequence[str]]:
        """What this service can make things with, each with the names of the settings that are missing for it."""
        return {"local": ()}

    def __post_init__(self) -> None:
        super().__post_init__()
        # Not a pattern of the type: a message about a value would show the password in it.
        if not self.database_url.startswith(("postgresql://", "postgres://")):
            raise ValueError("REELWRIGHT_DATABASE_URL: expected postgresql://user:password@host/database")
        try:
            _ = self.address_rules
        except ValueError as error:
            raise ValueError(f"REELWRIGHT_FETCH_PORTS, REELWRIGHT_FETCH_ALLOW: {error}") from None
        self._check_access()

    def _check_access(self) -> None:
        require_auth(self.auth, self.listen)
        if self.auth == "jwt":
            given = {
                "REELWRIGHT_JWT_JWKS": self.jwt_jwks,
                "REELWRIGHT_JWT_ISSUER": self.jwt_issuer,
                "REELWRIGHT_JWT_AUDIENCE": self.jwt_audience,
                "REELWRIGHT_JWT_TENANT_CLAIM": self.jwt_tenant_claim,
            }
            if missing := [name for name, value in given.items() if not value]:
                raise ValueError(f"REELWRIGHT_AUTH: jwt needs {', '.join(missing)}")
            if self.jwt_jwks.startswith("http:"):
                raise ValueError("REELWRIGHT_JWT_JWKS: expected the path of a file or an https address")
        if self.admin_key and len(self.admin_key) < SHORTEST_ADMIN_KEY:
            raise ValueError(f"REELWRIGHT_ADMIN_KEY: expected at least {SHORTEST_ADMIN_KEY} characters")
