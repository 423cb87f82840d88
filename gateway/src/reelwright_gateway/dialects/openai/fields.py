"""Names of the contract's fields as callers of this API know them."""

from __future__ import annotations

import re

# In this order: the first that fits a place counts there.
NAMES = (
    (re.compile(r"^max_output_tokens$"), "max_completion_tokens"),
    (re.compile(r"^(token_inputs|inputs|texts)\b"), "input"),
    (re.compile(r"^(input\[\d+\])\.tokens\b"), r"\1"),
    (re.compile(r"^request_id$"), "Idempotency-Key"),
    (re.compile(r"\.parts\b"), ".content"),
    (re.compile(r"\.image\.source(\.uri)?"), ".image_url.url"),
    (re.compile(r"\.image\.detail"), ".image_url.detail"),
    (re.compile(r"\.audio\.source(\.content)?"), ".input_audio.data"),
    (re.compile(r"\.audio\.format"), ".input_audio.format"),
    (re.compile(r"\.video\.source(\.uri)?"), ".video_url.url"),
    (re.compile(r"\.file\.source\.asset"), ".file.file_id"),
    (re.compile(r"\.file\.source(\.uri)?"), ".file.file_data"),
    (re.compile(r"\.(parameters|schema)_json$"), r".\1"),
    (re.compile(r"\.reasoning$"), ".reasoning_content"),
)


def named(field: str) -> str:
    """The field by the name that the caller gave it, for example `messages[0].content[1].image_url.url`."""
    for pattern, name in NAMES:
        field = pattern.sub(name, field)
    return field
