"""Stills show a video at the right moments, in a size that models take, and within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelwright_kit.errors import MediaUnreadable
from reelwright_llm.stills import MAX_DECODED, STILLS, Stopped, Strip, strip_of
from tests.llm.films import FPS, film, picture_of, share_of


def strip(path: Path) -> Strip:
    """The stills of a video that somebody waits for."""
    return strip_of(lambda: False, path, "video.content")


@pytest.mark.parametrize("gop", [7, 10_000])
def test_each_is_from_the_middle_of_its_part(tmp_path: Path, gop: int) -> None:
    """With key frames to leap to, and with a single one; what is to be seen is what its time says."""
    told = strip(film(tmp_path / "film.mp4", 16, gop=gop))
    assert told.duration_s == 16 and len(told.stills) == STILLS
    assert [still.seconds for still in told.stills] == [1, 3, 5, 7, 9, 11, 13, 15]
    for still in told.stills:
        assert share_of(picture_of(still.jpeg)) == pytest.approx(still.seconds / 16, abs=0.03)


def test_large_ones_become_smaller_and_small_ones_stay(tmp_path: Path) -> None:
    """The longest side is bounded and the shape kept."""
    sizes = [
        picture_of(strip(film(tmp_path / "film.mp4", 1, size)).stills[0].jpeg).size
        for size in ((1280, 720), (540, 960), (64, 48))
    ]
    assert sizes == [(768, 432), (432, 768), (64, 48)]


def test_what_was_filmed_upright_is_shown_upright(tmp_path: Path) -> None:
    """The corner that is at the top left in the file is at the bottom left after a quarter to the left."""
    picture = picture_of(strip(film(tmp_path / "film.mp4", 1, turned=90)).stills[0].jpeg)
    assert picture.size == (48, 64)
    corner, other = (sum(picture.getpixel(place)) / 3 for place in ((4, 59), (4, 4)))  # type: ignore[arg-type]
    assert corner > 200 and other < 50


def test_a_frame_is_shown_once(tmp_path: Path) -> None:
    """A film of three frames has three stills."""
    told = strip(film(tmp_path / "film.mp4", 0.3))
    assert [still.seconds for still in told.stills] == pytest.approx([0, 0.1, 0.2])


def test_the_way_to_a_still_has_an_end(tmp_path: Path) -> None:
    """Of a long film without key frames what can be reached is shown, and its time is the true one."""
    seconds = (MAX_DECODED + 25) * STILLS / FPS
    told = strip(film(tmp_path / "film.mp4", seconds))
    moments = [(number + 0.5) * seconds / STILLS for number in range(STILLS)]
    assert len(told.stills) == STILLS and told.stills[-1].seconds < moments[-1] - 5
    for still in told.stills:
        assert share_of(picture_of(still.jpeg)) == pytest.approx(still.seconds / seconds, abs=0.03)


def test_what_is_no_video_is_refused_by_the_name_of_its_field(tmp_path: Path) -> None:
    """A picture, half a film, one without a single frame left, and frames that would take all memory."""
    whole = film(tmp_path / "film.mp4", 2)
    half, empty, picture = tmp_path / "half.mp4", tmp_path / "empty.mp4", tmp_path / "picture.jpg"
    half.write_bytes(whole.read_bytes()[:1500])
    empty.write_bytes(whole.read_bytes().replace(b"avc1", b"xxxx"))
    picture.write_bytes(strip(whole).stills[0].jpeg)
    large = film(tmp_path / "large.mp4", 0.1, (8256, 4320))
    for path in (half, empty, picture, large):
        with pytest.raises(MediaUnreadable) as raised:
            strip(path)
        assert [one.field for one in raised.value.violations] == ["video.content"]


def test_it_stops_when_nobody_waits(tmp_path: Path) -> None:
    """Nothing more is decoded."""
    asked = list[bool]()

    def stopped() -> bool:
        asked.append(True)
        return len(asked) > 30

    with pytest.raises(Stopped):
        strip_of(stopped, film(tmp_path / "film.mp4", 2), "video")
    assert len(asked) == 31
