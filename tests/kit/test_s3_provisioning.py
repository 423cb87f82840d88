"""Making a store ready, on a directory and on a real S3 server, with another client as the witness."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

from reelwright_kit.assets.provisioning import RULE, CannotProvision, provision
from reelwright_kit.assets.s3 import S3Access
from tests.kit.store_contract import until
from tests.s3 import S3Server

FRESH = ["made", "not public", "half uploads end after 1 day, rule set"]
AGAIN = ["is there", "not public", "half uploads end after 1 day, as before"]


def said(url: str, access: S3Access) -> list[str]:
    return [line.partition(": ")[2] for line in provision(url, access)]


def rules(server: S3Server, bucket: str) -> dict[str | None, Rule]:
    found = server.client().get_bucket_lifecycle(bucket)
    return {rule.rule_id: rule for rule in found.rules} if found else {}


def test_a_directory_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/a/with%20space"
    assert said(url, S3Access()) == ["made"]
    assert said(url, S3Access()) == ["is there"]
    assert (tmp_path / "a" / "with space").stat().st_mode & 0o007 == 0


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotProvision, match="file"):
        said(f"file://{tmp_path}/file", S3Access())


def test_a_container_of_azure_is_left_to_its_provider() -> None:
    with pytest.raises(CannotProvision, match="az://films"):
        said("az://films", S3Access())


def test_a_bucket_is_made_once_and_gets_a_rule_against_half_uploads(s3_server: S3Server) -> None:
    assert said("s3://films-once", s3_server.access()) == FRESH
    assert s3_server.client().bucket_exists("films-once")
    rule = rules(s3_server, "films-once")[RULE]
    assert rule.abort_incomplete_multipart_upload and rule.status == ENABLED
    assert rule.abort_incomplete_multipart_upload.days_after_initiation == 1
    assert rule.expiration is None
    assert said("s3://films-once/below", s3_server.access()) == AGAIN


def test_half_uploads_are_gone_after_a_day_and_whole_objects_stay(s3_server: S3Server, tmp_path: Path) -> None:
    bucket, client = s3_server.new_bucket(), s3_server.client()
    (tmp_path / "whole").write_bytes(b"whole")
    client.fput_object(bucket, "whole", str(tmp_path / "whole"))
    upload = client._create_multipart_upload(bucket, "half", {})
    client._upload_part(bucket, "half", b"x" * (5 << 20), None, upload, 1)
    assert len(client._list_multipart_uploads(bucket).uploads) == 1
    said(f"s3://{bucket}", s3_server.access())
    # The server's days are short.
    until(lambda: not client._list_multipart_uploads(bucket).uploads)
    assert [found.object_name for found in client.list_objects(bucket)] == ["whole"]


def test_rules_that_others_made_stay(s3_server: S3Server) -> None:
    bucket = s3_server.new_bucket()
    theirs = Rule(ENABLED, rule_filter=Filter(prefix="logs/"), rule_id="theirs", expiration=Expiration(days=90))
    s3_server.client().set_bucket_lifecycle(bucket, LifecycleConfig([theirs]))
    assert said(f"s3://{bucket}", s3_server.access()) == ["is there", *FRESH[1:]]
    found = rules(s3_server, bucket)
    assert found.keys() == {"theirs", RULE}
    expiration = found["theirs"].expiration
    assert expiration and expiration.days == 90


def test_a_bucket_that_everybody_may_read_is_refused_and_not_changed(s3_server: S3Server) -> None:
    bucket = s3_server.new_bucket()
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    s3_server.client().set_bucket_policy(bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    with pytest.raises(CannotProvision, match="everybody"):
        said(f"s3://{bucket}", s3_server.access())
    assert rules(s3_server, bucket) == {}


def test_a_bucket_that_everybody_may_list_is_refused(s3_server: S3Server) -> None:
    bucket = s3_server.new_bucket()
    s3_server.client()._execute("PUT", bucket, body=b"", headers={"x-amz-acl": "public-read"}, query_params={"acl": ""})
    with pytest.raises(CannotProvision, match="everybody"):
        said(f"s3://{bucket}", s3_server.access())


def test_nothing_that_is_made_can_be_read_without_a_key(s3_server: S3Server) -> None:
    bucket = s3_server.new_bucket()
    said(f"s3://{bucket}", s3_server.access())
    with pytest.raises(S3Error, match="NoSuchBucketPolicy"):
        s3_server.client().get_bucket_policy(bucket)


def test_a_wrong_key_is_refused_in_a_sentence(s3_server: S3Server) -> None:
    with pytest.raises(CannotProvision, match="s3://films-twice"):
        said("s3://films-twice", s3_server.access(secret_access_key="guessed"))


def test_a_name_that_no_bucket_may_have_is_refused_in_a_sentence(s3_server: S3Server) -> None:
    with pytest.raises(CannotProvision, match="s3://no_bucket"):
        said("s3://no_bucket", s3_server.access())
