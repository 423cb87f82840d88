"""The local engine turns a still picture into a moving clip."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from reelwright_video.film import UnreadableMedia
from reelwright_video.providers.local import Stopped, animate
from reelwright_video.providers.local.prompt import read

Frames = npt.NDArray[np.uint8]


def picture(width: int = 480, height: int = 270) -> bytes:
    """A night over a blue sea with stars, a lit window, and marks to follow."""
    down = np.linspace(0, 1, height)[:, None, None]
    sky = np.array((20, 24, 52)) + np.array((50, 50, 60)) * down
    image = Image.fromarray(np.broadcast_to(sky, (height, width, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, height * 0.6, width, height], fill=(20, 40, 84))
    pen.rectangle([width * 0.46, height * 0.4, width * 0.54, height * 0.6], fill=(190, 190, 180))
    pen.rectangle([width * 0.48, height * 0.43, width * 0.52, height * 0.5], fill=(255, 200, 90))
    for x, y in np.random.default_rng(3).uniform((0, 0), (width, height * 0.35), (40, 2)):
        pen.point([(x, y)], fill=(240, 240, 250))
    encoded = io.BytesIO()
    image.save(encoded, "PNG")
    return encoded.getvalue()


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    def make(
        prompt: str, seed: int = 1, width: int = 320, height: int = 180, seconds: float = 1.0, fps: int = 12
    ) -> Path:
        out = tmp_path / f"{hashlib.sha256(repr((prompt, seed, width)).encode()).hexdigest()[:12]}.mp4"
        animate(picture(), out, prompt=prompt, width=width, height=height, duration_s=seconds, fps=fps, seed=seed)
        return out

    return make


def frames(path: Path) -> Frames:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


def test_clip_is_silent_h264_of_the_asked_size_rate_and_length_with_its_index_first(clip: Callable[..., Path]) -> None:
    path = clip("slow push in; rain falls", seconds=1.5, fps=24)
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        context = stream.codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", 320, 180)
        assert stream.average_rate == 24
        assert sum(1 for _ in container.decode(stream)) == 36
    whole = path.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")


@pytest.mark.parametrize(("width", "height"), [(320, 180), (180, 320), (240, 240)])
def test_every_aspect_ratio_is_filled_to_its_edges(clip: Callable[..., Path], width: int, height: int) -> None:
    shot = frames(clip("static", width=width, height=height))
    assert shot.shape[1:] == (height, width)
    assert min(edge.mean() for edge in (shot[:, 0], shot[:, -1], shot[:, :, 0], shot[:, :, -1])) > 20


def centre_of_mark(frame: Frames) -> tuple[float, float]:
    """Column and row of the bright tower in the middle of the picture."""
    rows, columns = np.nonzero(frame > 130)
    tower = rows > frame.shape[0] * 0.2
    return float(np.median(columns[tower])), float(np.median(rows[tower]))


@pytest.mark.parametrize(
    ("prompt", "axis", "sign"),
    [
        ("pan right", 0, -1),
        ("the camera pans slowly to the left", 0, 1),
        ("tilt up", 1, 1),
        ("tilt down", 1, -1),
        ("crane up over the sea", 1, 1),
    ],
)
def test_what_is_seen_moves_against_the_camera(clip: Callable[..., Path], prompt: str, axis: int, sign: int) -> None:
    shot = frames(clip(prompt))
    moved = centre_of_mark(shot[-1])[axis] - centre_of_mark(shot[0])[axis]
    assert moved * sign > 4


def test_pushing_in_enlarges_and_pulling_out_reduces(clip: Callable[..., Path]) -> None:
    def areas(prompt: str) -> tuple[int, int]:
        shot = frames(clip(prompt))
        return int((shot[0] > 130).sum()), int((shot[-1] > 130).sum())

    first, last = areas("slow push in")
    assert last > first * 1.1
    first, last = areas("pull out")
    assert last < first * 0.92


def test_near_rows_move_more_than_far_rows(tmp_path: Path) -> None:
    stripes = np.zeros((270, 480, 3), np.uint8)
    stripes[:, 230:250] = 255
    encoded = io.BytesIO()
    Image.fromarray(stripes).save(encoded, "PNG")
    out = tmp_path / "parallax.mp4"
    animate(encoded.getvalue(), out, prompt="pan right", width=320, height=180, duration_s=1, fps=12, seed=1)
    shot = frames(out).astype(float)
    columns = np.arange(320)
    middle = (shot * columns).sum(axis=2) / shot.sum(axis=2)
    travel = middle[0] - middle[-1]
    assert travel[170] > travel[10] + 1.5
    assert np.abs(np.diff(travel)).max() < 0.5


def test_motion_is_smooth_without_jitter(clip: Callable[..., Path]) -> None:
    shot = frames(clip("pan right", seconds=2.0, fps=24)).astype(float)
    row = shot[:, 100] - 60
    tower = np.clip(row, 0, None)
    middle = (tower * np.arange(320)).sum(axis=1) / tower.sum(axis=1)
    assert np.abs(np.diff(middle, n=2)).max() < 0.35


def test_same_arguments_give_the_same_frames(clip: Callable[..., Path], tmp_path: Path) -> None:
    first = frames(clip("push in; snow falls; waves roll", seed=4))
    again = tmp_path / "again.mp4"
    animate(
        picture(), again, prompt="push in; snow falls; waves roll", width=320, height=180, duration_s=1, fps=12, seed=4
    )
    assert np.array_equal(first, frames(again))


def test_another_seed_gives_other_frames(clip: Callable[..., Path]) -> None:
    assert not np.array_equal(frames(clip("rain", seed=1)), frames(clip("rain", seed=2)))


WEATHER = ("rain falls", "snow falls", "fog drifts", "clouds pass", "lightning")
PARTICLES = ("fireflies", "dust motes", "sparkles", "embers rise", "confetti", "petals", "autumn leaves")
LIGHTS = ("waves roll", "stars twinkle", "lantern flickers")


@pytest.mark.parametrize("overlay", WEATHER + PARTICLES + LIGHTS)
def test_each_overlay_changes_the_picture_and_lives(clip: Callable[..., Path], overlay: str) -> None:
    still = frames(clip("static", seconds=2.0)).astype(int)
    alive = frames(clip(f"static; {overlay}", seconds=2.0)).astype(int)
    difference = np.abs(alive - still)
    assert difference.max(axis=0).max() > 12
    moving = (alive - still) - (alive - still)[0]
    assert np.abs(moving).max() > 9


@pytest.mark.parametrize(
    ("prompt", "overlay"),
    [
        ("cae la lluvia", "rain"),
        ("la neige tombe doucement", "snow"),
        ("der Nebel zieht vorbei", "fog"),
        ("una tormenta en el mar", "lightning"),
        ("die Sterne funkeln", "stars"),
    ],
)
def test_weather_is_understood_in_other_languages(prompt: str, overlay: str) -> None:
    assert overlay in read(prompt).living


def test_what_the_prompt_denies_does_not_appear() -> None:
    assert "rain" not in read("slow pan left, no rain, without snow").living
    assert "snow" not in read("slow pan left, no rain, without snow").living


@pytest.mark.parametrize(
    ("prompt", "moves"),
    [
        ("slow push in; fog drifts", {"push"}),
        ("fog drifts; slow pan left", {"left"}),
        ("push in and pan right", {"push", "right"}),
        ("the sun rises behind the hill", {"push"}),
        ("handheld drift", {"drift"}),
        ("locked static shot", {"static"}),
        ("camera orbits the tower", {"orbit"}),
        ("", {"push"}),
    ],
)
def test_camera_moves_are_told_from_the_motion_of_things(prompt: str, moves: set[str]) -> None:
    assert read(prompt).moves == moves


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    heard: list[float] = []
    with pytest.raises(Stopped):
        animate(
            picture(),
            tmp_path / "clip.mp4",
            prompt="",
            width=320,
            height=180,
            duration_s=2,
            fps=12,
            seed=1,
            progress=heard.append,
            should_stop=lambda: len(heard) >= 3,
        )
    assert list(tmp_path.iterdir()) == []
    assert len(heard) == 3


def test_progress_climbs_to_one(tmp_path: Path) -> None:
    heard: list[float] = []
    animate(
        picture(),
        tmp_path / "clip.mp4",
        prompt="",
        width=160,
        height=90,
        duration_s=1,
        fps=12,
        seed=1,
        progress=heard.append,
    )
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_bytes_that_are_no_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="picture"):
        animate(b"no picture", tmp_path / "a.mp4", prompt="", width=320, height=180, duration_s=1, fps=12, seed=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [{"width": 321}, {"duration_s": 31.0}, {"duration_s": 0.5}, {"fps": 61}, {"height": 2}]
)
def test_impossible_sizes_and_lengths_are_refused(tmp_path: Path, wrong: dict[str, float]) -> None:
    sound: dict[str, float] = {"width": 320, "height": 180, "duration_s": 1, "fps": 12, "seed": 1}
    with pytest.raises(ValueError, match=next(iter(wrong))):
        animate(picture(), tmp_path / "a.mp4", prompt="", **(sound | wrong))  # type: ignore[arg-type]
