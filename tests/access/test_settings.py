"""What must be set before a service lets anybody in."""

from __future__ import annotations

import pytest

from reelwright_kit.settings import ServiceSettings, SettingsInvalid

NEEDED = {"REELWRIGHT_DATABASE_URL": "postgresql://h/d", "REELWRIGHT_STORE_URL": "file:///nowhere"}
JWT = {
    "REELWRIGHT_AUTH": "jwt",
    "REELWRIGHT_JWT_JWKS": "https://id.example.com/keys",
    "REELWRIGHT_JWT_ISSUER": "https://id.example.com/",
    "REELWRIGHT_JWT_AUDIENCE": "reelwright",
}


def load(**given: str) -> ServiceSettings:
    return ServiceSettings.load(NEEDED | given)


@pytest.mark.parametrize(
    "listen",
    ["127.0.0.1:0", "127.8.0.1:50051", "[::1]:50051", "localhost:50051", "unix:/run/x.sock", "unix-abstract:x"],
)
def test_without_authentication_only_this_machine_may_call(listen: str) -> None:
    """Addresses of loopback start without keys."""
    assert load(REELWRIGHT_LISTEN=listen).auth == "off"


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:50051", "[::]:50051", "10.0.0.1:1", "image:50051", ":50051", "localhost.example.com:1"]
)
def test_without_authentication_no_other_machine_may_call(listen: str) -> None:
    """Any other address refuses to start, in a sentence that names both settings; with keys it starts."""
    with pytest.raises(SettingsInvalid, match=r"REELWRIGHT_AUTH.*REELWRIGHT_LISTEN"):
        load(REELWRIGHT_LISTEN=listen)
    assert load(REELWRIGHT_LISTEN=listen, REELWRIGHT_AUTH="keys").listen == listen


@pytest.mark.parametrize("missing", ["REELWRIGHT_JWT_JWKS", "REELWRIGHT_JWT_ISSUER", "REELWRIGHT_JWT_AUDIENCE"])
def test_tokens_need_an_issuer_an_audience_and_keys(missing: str) -> None:
    """What is missing is named; keys over plain http would be anybody's."""
    with pytest.raises(SettingsInvalid, match=missing):
        load(**(JWT | {missing: ""}))
    with pytest.raises(SettingsInvalid, match="REELWRIGHT_JWT_JWKS"):
        load(**(JWT | {"REELWRIGHT_JWT_JWKS": "http://id.example.com/keys"}))
    assert load(**JWT).jwt_tenant_claim == "tenant"


def test_a_first_key_is_long_and_is_not_shown() -> None:
    """One that is too short is refused without being shown."""
    with pytest.raises(SettingsInvalid, match="REELWRIGHT_ADMIN_KEY") as refused:
        load(REELWRIGHT_ADMIN_KEY="k" * 31)
    assert "kkk" not in str(refused.value)
    assert "kkk" not in repr(load(REELWRIGHT_ADMIN_KEY="k" * 32))
