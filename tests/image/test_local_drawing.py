"""The local picture engine: same words same picture, every concept drawable, characters recognisable."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pytest

from reelwright_image.providers.local import Stopped, draw, look_of, read_brief
from reelwright_kit.lexicon import concepts

KEEPER = "Elias - old man, white beard, yellow raincoat, dark cap"


@functools.cache
def pixels(prompt: str, *, seed: int = 1, width: int = 160, height: int = 90) -> npt.NDArray[np.float64]:
    return np.asarray(draw(prompt, width=width, height=height, seed=seed), dtype=np.float64) / 255


def showing(kind: str, concept: str) -> str:
    word = concepts()[kind][concept]["en"][0]
    labels = {"creature": "Characters: Nim -", "object": "Objects:"}
    place = "" if kind == "place" else "Place: snowfield. "
    return f"{place}{labels.get(kind, f'{kind.title()}:')} {word}."


def yellow_share(picture: npt.NDArray[np.float64]) -> float:
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    return float(np.mean((red > 1.8 * blue) & (green > 1.4 * blue) & (red > 0.25) & (abs(red - green) < 0.3 * red)))


def test_equal_arguments_give_identical_pixels() -> None:
    prompt = f"The keeper waves. Place: lighthouse. Weather: storm. Characters: {KEEPER}."
    first, again = (draw(prompt, width=160, height=90, seed=5) for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_another_seed_gives_another_picture() -> None:
    assert not np.array_equal(pixels("A quiet meadow", seed=1), pixels("A quiet meadow", seed=2))


def test_another_prompt_gives_another_picture() -> None:
    assert np.abs(pixels("A castle by day") - pixels("A desert by day")).mean() > 0.03


@pytest.mark.parametrize("place", ["meadow", "city", "river"])
def test_night_is_much_darker_than_day(place: str) -> None:
    day, night = pixels(f"Place: {place}. Time: day."), pixels(f"Place: {place}. Time: night.")
    assert night.mean() < 0.65 * day.mean()


def test_snow_looks_unlike_rain() -> None:
    snow, rain = pixels("Place: village. Weather: snow."), pixels("Place: village. Weather: rain.")
    assert snow.mean() > rain.mean() + 0.05
    assert np.abs(snow - rain).mean() > 0.05


@pytest.mark.parametrize(
    ("kind", "concept"), [(kind, concept) for kind, entries in concepts().items() for concept in entries]
)
def test_every_concept_of_the_lexicon_can_be_drawn(kind: str, concept: str) -> None:
    assert pixels(showing(kind, concept), width=96, height=64).std() > 0.02


def test_no_two_places_look_alike() -> None:
    seen = {place: pixels(showing("place", place), width=96, height=64) for place in concepts()["place"]}
    names = sorted(seen)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert np.abs(seen[one] - seen[other]).mean() > 0.01, (one, other)


@pytest.mark.parametrize("kind", ["creature", "object"])
def test_no_two_creatures_or_objects_look_alike(kind: str) -> None:
    people = {"man", "woman", "person"}
    shown = [concept for concept in concepts()[kind] if concept not in people]
    seen = {pixels(showing(kind, concept), width=96, height=64).tobytes() for concept in shown}
    assert len(seen) == len(shown)


def test_a_look_depends_on_name_and_words_only() -> None:
    one = read_brief(f"He climbs. Place: sea. Time: night. Characters: {KEEPER}.", 1).characters[0]
    other = read_brief(f"He sleeps. Place: kitchen. Weather: rain. Characters: {KEEPER}.", 99).characters[0]
    assert one.look == other.look
    assert one.gesture != other.gesture


def test_a_look_takes_what_the_words_say() -> None:
    look = look_of("Elias", "old man, white beard, yellow raincoat, dark cap")
    red, green, blue = look.garment_colour
    assert (look.age, look.female, look.beard, look.hat, look.garment) == ("old", False, "full", "cap", "coat")
    assert red > 0.8 and green > 0.6 and blue < 0.4
    assert min(look.hair_colour) > 0.85
    assert max(look.hat_colour) < 0.3


def test_spanish_colours_bind_to_their_garments() -> None:
    look = look_of("Lucía", "niña, abrigo rojo y bufanda verde")
    assert look.age == "child" and look.female and "scarf" in look.extras
    assert look.garment_colour[0] > 2 * look.garment_colour[1]
    assert look.scarf_colour[1] > look.scarf_colour[0]


@pytest.mark.parametrize(
    "scene", ["Place: forest. Time: day.", "Place: library. Time: night.", "Place: sea. Time: dusk."]
)
def test_a_yellow_coat_stays_yellow_in_every_scene(scene: str) -> None:
    yellow = pixels(f"Medium shot. {scene} Characters: {KEEPER}.")
    blue = pixels(f"Medium shot. {scene} Characters: {KEEPER.replace('yellow', 'blue')}.")
    coat = np.abs(yellow - blue).max(axis=2) > 0.15
    assert coat.mean() > 0.01
    red, green, blueness = yellow[coat].mean(axis=0)
    assert green > 1.5 * blueness and abs(red - green) < 0.35 * red


@pytest.mark.parametrize(("width", "height"), [(192, 108), (108, 192), (128, 128)])
def test_every_aspect_gives_the_asked_size_in_rgb(width: int, height: int) -> None:
    picture = draw(f"Place: village. Characters: {KEEPER}; Mia - girl.", width=width, height=height, seed=3)
    assert picture.size == (width, height)
    assert picture.mode == "RGB"


def test_framing_changes_the_size_of_the_figure() -> None:
    shares = [
        yellow_share(pixels(f"{framing}. Place: snowfield. Time: day. Characters: {KEEPER}."))
        for framing in ("Wide shot", "Scene", "Medium shot")
    ]
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize(
    ("field", "size"), [("width", (63, 90)), ("width", (2049, 90)), ("height", (90, 0)), ("height", (90, 4096))]
)
def test_a_side_out_of_range_is_named_with_its_limits(field: str, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=rf"{field} must be between 64 and 2048"):
        draw("A meadow", width=size[0], height=size[1], seed=1)


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    draw("A meadow", width=160, height=90, seed=1, progress=seen.append)
    assert 5 <= len(seen) <= 12
    assert seen == sorted(seen) and seen[-1] == 1.0


@pytest.mark.parametrize("patience", [0, 1, 4])
def test_being_told_to_stop_raises_stopped(patience: int) -> None:
    asked = iter(range(1000))
    with pytest.raises(Stopped):
        draw("A meadow with two dogs", width=160, height=90, seed=1, should_stop=lambda: next(asked) >= patience)


def test_labels_win_over_the_free_text() -> None:
    brief = read_brief("A dragon sleeps in the snowy forest at night. Place: library. Time: dawn. Weather: rain.", 1)
    assert (brief.place, brief.time, brief.weather) == ("library", "dawn", "rain")


def test_a_spanish_sentence_is_understood() -> None:
    brief = read_brief("Una niña construye un cohete de cartón en su azotea", 1)
    assert brief.place == "city"
    assert [(c.look.age, c.look.female, c.gesture) for c in brief.characters] == [("child", True, "build")]
    assert [t.concept for t in brief.things] == ["rocket"]


def test_two_robots_are_two_different_robots() -> None:
    cast = read_brief("Two robots arguing about jazz", 1).characters
    assert [c.look.family for c in cast] == ["robot", "robot"]
    assert [c.gesture for c in cast] == ["argue", "argue"]
    assert cast[0].look.variety != cast[1].look.variety
