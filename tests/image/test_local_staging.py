"""The local picture engine: who is drawn, where they stand and how large they and their things are."""

from __future__ import annotations

import itertools

import pytest

from reelwright_image.providers.local import Thing, look_of, read_brief
from reelwright_image.providers.local.composition import layout_for, spots_for
from reelwright_image.providers.local.objects import height_of, shown_things
from reelwright_image.providers.local.portraits import measure
from reelwright_kit.lexicon import concepts

PEOPLE = ("man", "woman", "child", "person")
ANIMALS = [concept for concept in concepts()["creature"] if concept not in PEOPLE]


@pytest.mark.parametrize("animal", ANIMALS)
@pytest.mark.parametrize("prefix", ["baby grey", "old", "tiny", "young", "girl's", "man-like"])
def test_a_species_wins_over_the_words_before_it(animal: str, prefix: str) -> None:
    word = concepts()["creature"][animal]["en"][0]

    assert look_of("Nim", f"{prefix} {word}, calm eyes, red scarf").family == animal


@pytest.mark.parametrize("animal", ANIMALS)
def test_the_young_are_smaller(animal: str) -> None:
    word = concepts()["creature"][animal]["en"][0]

    assert look_of("Nim", f"baby {word}").height < 0.8 * look_of("Nim", word).height


def test_a_person_stays_a_person_whatever_comes_with_them() -> None:
    assert look_of("Mia", "small girl, fox mask, cat on her shoulder").family == "person"
    assert look_of("Tom", "boy with a dog").family == "person"


@pytest.mark.parametrize(
    ("words", "species"),
    [
        ("round white snowman, carrot nose", "snowman"),
        ("straw scarecrow", "scarecrow"),
        ("grey badger", "badger"),
        ("purple octopus", "octopus"),
        ("tall golden giraffe", "giraffe"),
        ("renarde rousse", "fox"),
        ("young woman, shimmering green tail", "mermaid"),
    ],
)
def test_rarer_creatures_are_drawn_as_what_they_are(words: str, species: str) -> None:
    assert look_of("Nim", words).species == species


@pytest.mark.parametrize(
    ("label", "place", "site"),
    [
        ("moon", "space", "moon"),
        ("hills on the moon", "space", "moon"),
        ("surface of mars", "space", "moon"),
        ("harbor", "sea", "harbour"),
        ("clockmaker's workshop", "laboratory", "clock shop"),
        ("bakery", "kitchen", "bakery"),
        ("classroom", "library", "classroom"),
        ("museum", "room", "hall"),
        ("street outside the museum", "city", ""),
        ("river bank", "river", ""),
        ("road to the castle", "castle", ""),
        ("farm among fields", "meadow", "farm"),
    ],
)
def test_a_bare_place_word_is_drawn_as_what_it_is(label: str, place: str, site: str) -> None:
    brief = read_brief(f"Mia waves. Place: {label}. Characters: Mia - girl.", 1)

    assert (brief.place, brief.site) == (place, site)


def test_the_moon_in_the_sky_is_no_place() -> None:
    assert read_brief("The moon shines over the village at night", 1).place == "village"
    assert read_brief("An astronaut waves on the moon", 1).site == "moon"


CASTS = [
    ("man",),
    ("dragon", "man"),
    ("horse", "elephant"),
    ("whale", "girl"),
    ("fox", "bear", "rabbit"),
    ("dog", "robot", "owl", "woman"),
]


@pytest.mark.parametrize("cast", CASTS)
@pytest.mark.parametrize("gesture", ["stand", "sit", "cry"])
def test_a_close_up_shows_every_face_side_by_side_above_the_subtitles(cast: tuple[str, ...], gesture: str) -> None:
    layout = layout_for(1280, 720, "close")
    measures = [measure(look_of(word, word), gesture) for word in cast]
    faces = []
    for spot, one in zip(spots_for(layout, measures, 0.3, together=False), measures, strict=True):
        tall = layout.figure * spot.size * one.height
        faces.append((spot.x + spot.facing * one.face[0] * tall, spot.y + one.face[1] * tall, one.radius * tall))

    for x, y, radius in faces:
        assert radius < x < 1280 - radius
        assert y - radius > 0.15 * 720 and y + radius < 720
        assert radius > 0.06 * 720
    for (x, _, radius), (other, _, other_radius) in itertools.pairwise(faces):
        assert other - x > 0.9 * (radius + other_radius)


@pytest.mark.parametrize(
    ("framing", "least", "most"), [("wide", 0.2, 0.4), ("medium-wide", 0.33, 0.6), ("low", 0.35, 0.65)]
)
@pytest.mark.parametrize("word", ["man", "child", "cat", "bear", "dragon"])
@pytest.mark.parametrize("gesture", ["stand", "sit"])
def test_figures_fill_a_good_part_of_a_wide_picture_and_stay_clear_of_the_subtitles(
    framing: str, least: float, most: float, word: str, gesture: str
) -> None:
    layout = layout_for(1280, 720, framing)
    one = measure(look_of(word, word), gesture)
    (spot,) = spots_for(layout, [one], 0.5, together=False)

    assert least <= layout.figure * spot.size * one.height * one.stature / 720 <= most
    assert 0.15 * 720 <= spot.y <= layout.horizon


@pytest.mark.parametrize("framing", ["wide", "medium-wide", "low", "aerial"])
@pytest.mark.parametrize(("concept", "word", "share"), [("lamp", "lantern", 0.6), ("door", "suitcase", 0.5)])
def test_small_things_stay_small_beside_the_height_of_a_person(
    framing: str, concept: str, word: str, share: float
) -> None:
    layout = layout_for(1280, 720, framing)

    for people in (True, False):
        assert height_of(layout, Thing(concept, word), people, alone=not people) <= share * layout.figure


def test_light_in_the_words_puts_no_lantern_into_the_picture() -> None:
    assert read_brief("The rain in the first pale light. Place: village street.", 1).things == ()


@pytest.mark.parametrize(
    ("place", "objects", "seen"),
    [
        ("quiet bedroom", "stars, book", ["book"]),
        ("coral reef underwater", "lantern", []),
        ("meadow", "lantern", ["lamp"]),
    ],
)
def test_things_that_cannot_be_in_a_place_are_left_out(place: str, objects: str, seen: list[str]) -> None:
    brief = read_brief(f"Nim waits. Place: {place}. Time: night. Characters: Nim - cat. Objects: {objects}.", 1)

    assert [thing.concept for thing in shown_things(brief)] == seen
