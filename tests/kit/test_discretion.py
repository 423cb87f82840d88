"""What vendors say, without the words of their callers."""

from __future__ import annotations

import pytest

from reelwright_kit.jobs.discretion import unquoted

REQUEST = {
    "prompt": 'A fox, "unseen" by all, learns to sail',
    "style": "ink",
    "model": "acme/the-fox-model",
    "count": 1,
}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("The safety system rejected it.", "The safety system rejected it."),
        ('Rejected: A fox, "unseen" by all, learns to sail!', "Rejected: …!"),
        ("rejected: a FOX UNSEEN by all, lear...", "rejected: …, lear..."),
        ('{"prompt": "A fox, \\"unseen\\" by all", "n": 1}', '{"prompt": "…", "n": 1}'),
        ("learns to swim, learns to sail", "learns to swim, …"),
        ("acme/the-fox-model is busy; style ink is not known", "acme/the-fox-model is busy; style … is not known"),
    ],
)
def test_quotations_are_left_out_whole_or_cut_and_nothing_else_is(said: str, left: str) -> None:
    """Three words of a prompt in a row are one; shorter texts count whole."""
    assert unquoted(said, REQUEST) == left


def test_a_text_without_words_quotes_nothing() -> None:
    """An empty prompt is in no answer."""
    assert unquoted("fine", {"prompt": "", "style": "!!"}) == "fine"
