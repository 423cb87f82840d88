"""The offline text engine gives every film a fitting place, varied framings and the animals of its sentence."""

from __future__ import annotations

import itertools
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from film_schemas import outline_schema, scenes_schema, shots_schema

from reelwright_llm.providers.local import Message, complete

FILMS = [
    "A lighthouse keeper befriends a storm",
    "Two robots arguing about jazz",
    "A clockmaker repairs the moon",
    "Rain",
    "Ocean",
    "Una niña construye un cohete de cartón en su azotea",
    "Two coworkers fall in love at the office",
]


def plan(sentence: str, scenes: int = 6) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """The outline, scenes and shots of a film."""
    text = f"Sentence: {sentence}\nScenes: {scenes}"
    answers: list[Any] = []
    schemas = (outline_schema(scenes), scenes_schema(scenes), shots_schema(scenes))
    for label, schema in zip(("Outline", "Scenes", "Shots"), schemas, strict=True):
        answer = json.loads(complete([Message("user", text)], schema=schema, seed=1))
        text += f"\n{label}:\n{json.dumps(answer.get('scenes', answer))}"
        answers.append(answer)
    return answers[0], answers[1]["scenes"], answers[2]["shots"]


@pytest.mark.parametrize("sentence", FILMS)
def test_six_shots_open_wide_and_use_at_least_four_framings_never_twice_in_a_row(sentence: str) -> None:
    framings = [shot["framing"] for shot in plan(sentence)[2]]

    assert framings[0] == "wide"
    assert len(set(framings)) >= 4
    assert framings.count("close-up") <= 2
    assert all(one != other for one, other in itertools.pairwise(framings))


@pytest.mark.parametrize("scenes", [2, 3, 9, 14])
def test_neighbouring_shots_of_a_film_of_any_length_are_framed_differently(scenes: int) -> None:
    framings = [shot["framing"] for shot in plan(FILMS[0], scenes)[2]]

    assert all(one != other for one, other in itertools.pairwise(framings))


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("A clockmaker repairs the moon", "clockmaker's workshop"),
        ("Ein alter Uhrmacher repariert die Zeit", "clockmaker's workshop"),
        ("A baker bakes bread for a mouse", "bakery"),
        ("A teacher waits for an answer", "classroom"),
        ("A farmer loses a button", "farm"),
        ("A thief steals a smile", "museum"),
        ("A scientist discovers a colour", "laboratory"),
        ("A king learns to whistle", "castle"),
        ("An astronaut plants a garden on the moon", "moon"),
        ("A sailor waits for a letter", "harbour"),
        ("A clockmaker waits in the desert", "desert"),
    ],
)
def test_a_film_without_a_place_plays_where_its_people_work(sentence: str, place: str) -> None:
    scenes = plan(sentence)[1]

    assert place in scenes[0]["place"]
    assert not any("far side" in scene["place"] for scene in scenes)


@pytest.mark.parametrize(
    ("sentence", "look"),
    [
        ("Une renarde cherche la mer", "fox"),
        ("Eine Füchsin sucht das Meer", "fox"),
        ("La zorra busca el mar", "fox"),
        ("Une louve attend la neige", "wolf"),
        ("Una gatita aprende a nadar", "cat"),
        ("Ein Kätzchen lernt schwimmen", "cat"),
        ("Una perrita espera a su amigo", "dog"),
        ("A lullaby for a baby whale", "whale"),
        ("A badger writes a letter", "badger"),
        ("An octopus plays the piano", "octopus"),
        ("A snowman wants to see summer", "snowman"),
        ("Un mouton qui ne peut pas dormir", "sheep"),
    ],
)
def test_feminine_young_and_rare_animals_look_like_the_animal(sentence: str, look: str) -> None:
    assert look in plan(sentence)[0]["characters"][0]["look"]


@pytest.mark.parametrize("sentence", FILMS)
def test_whoever_the_narration_names_is_in_the_picture(sentence: str) -> None:
    outline, _, shots = plan(sentence)

    for shot in shots:
        listed = shot["image_prompt"].partition("Characters: ")[2]
        for person in outline["characters"]:
            if re.search(rf"\b{person['name']}\b", shot["narration"] + shot["action"]):
                assert f"{person['name']} - " in listed


def test_every_action_of_a_film_with_people_names_one_of_them() -> None:
    for sentence in ("A clockmaker repairs the moon", "Two coworkers fall in love at the office"):
        outline, _, shots = plan(sentence)
        names = [person["name"] for person in outline["characters"]]
        assert all(any(name in shot["action"] for name in names) for shot in shots)


@pytest.mark.parametrize("word", ["Rain", "Ocean", "Snow"])
def test_one_word_still_gives_several_places_and_hours(word: str) -> None:
    scenes = plan(word)[1]

    assert len({scene["place"] for scene in scenes}) >= 4
    assert len({scene["time_of_day"] for scene in scenes}) >= 3


def test_walkers_are_not_sent_out_onto_the_open_sea() -> None:
    places = [scene["place"] for scene in plan("Une renarde cherche la mer")[1]]

    assert not any("open sea" in place or "underwater" in place for place in places)
