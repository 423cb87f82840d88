"""The offline voices: what is spoken, when each word is heard, and what is refused."""

from __future__ import annotations

import io
import itertools
import wave
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from reelwright_audio.providers.local import Sound, Speech, Stopped, UnknownVoice, encode_wav, speak, voices

TALE = "Once upon a time, a small robot learned to paint. It painted the sea!"


@pytest.fixture(scope="module")
def tale() -> Speech:
    return speak(TALE)


def level(speech: Speech, start_s: float, end_s: float) -> float:
    part = speech.sound.samples[int(start_s * speech.sound.rate) : int(end_s * speech.sound.rate)]
    return float(np.sqrt(np.mean(part * part)))


def test_words_are_those_of_the_text_without_punctuation(tale: Speech) -> None:
    assert [word.text for word in tale.words] == TALE.replace(",", "").replace(".", "").replace("!", "").split()


def test_word_times_rise_without_overlap_and_lie_within_the_sound(tale: Speech) -> None:
    assert all(word.start_s < word.end_s for word in tale.words)
    assert all(before.end_s <= after.start_s for before, after in itertools.pairwise(tale.words))
    assert tale.words[0].start_s >= 0 and tale.words[-1].end_s <= tale.sound.duration_s


def test_words_are_heard_when_they_are_said_to_be_and_sentences_are_apart(tale: Speech) -> None:
    silence = (tale.words[9].end_s + 0.15, tale.words[10].start_s - 0.02)

    assert tale.words[10].start_s - tale.words[9].end_s > 0.45
    assert all(level(tale, word.start_s, word.end_s) > 8 * level(tale, *silence) for word in tale.words)


def test_sound_is_mono_48_khz_peaks_at_minus_3_dbfs_and_starts_and_ends_silent(tale: Speech) -> None:
    samples = tale.sound.samples

    assert (samples.ndim, str(samples.dtype), tale.sound.rate) == (1, "float32", 48_000)
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3, abs=0.1)
    assert abs(samples[0]) < 1e-4 and abs(samples[-1]) < 1e-4 and abs(samples.mean()) < 1e-3


def test_lows_below_the_voice_are_cut(tale: Speech) -> None:
    power = np.abs(np.fft.rfft(tale.sound.samples)) ** 2
    hz = np.fft.rfftfreq(len(tale.sound.samples), 1 / 48_000)

    assert power[hz < 50].sum() < 0.002 * power.sum()


def test_threads_speaking_at_once_get_what_each_would_get_alone(tale: Speech) -> None:
    requests = [("en-us-clara", TALE), ("de-jonas", "Guten Abend, liebe Kinder."), ("en-us-clara", TALE)]
    alone = speak(requests[1][1], voice=requests[1][0])

    with ThreadPoolExecutor(3) as threads:
        spoken = list(threads.map(lambda one: speak(one[1], voice=one[0]), requests))

    expected = [tale, alone, tale]
    assert all(np.array_equal(one.sound.samples, two.sound.samples) for one, two in zip(spoken, expected, strict=True))


@pytest.mark.parametrize(
    ("voice", "text", "words"),
    [
        ("es-lucia", "¿Dónde está el niño? ¡Aquí!", ["Dónde", "está", "el", "niño", "Aquí"]),
        ("fr-elise", "Où êtes-vous, « l’été » ?", ["Où", "êtes-vous", "l’été"]),
        ("hi-asha", "नमस्ते दुनिया।", ["नमस्ते", "दुनिया"]),
        ("en-us-miles", 'In 1984 it cost $3.50 — 😀 "really"…', ["In", "1984", "it", "cost", "$3.50", "😀", "really"]),
        ("en-gb-edith", "One of the best in the world.", ["One", "of", "the", "best", "in", "the", "world"]),
    ],
)
def test_words_match_the_text_by_position_in_any_script(voice: str, text: str, words: list[str]) -> None:
    speech = speak(text, voice=voice)

    assert [word.text for word in speech.words] == words
    assert all(before.end_s <= after.start_s for before, after in itertools.pairwise(speech.words))


def test_chinese_is_divided_into_words_without_spaces() -> None:
    speech = speak("你好，世界。", language="zh-CN")

    assert [word.text for word in speech.words] == ["你好", "世", "界"]


def test_every_voice_of_the_list_speaks() -> None:
    with ThreadPoolExecutor(2) as threads:
        spoken = list(threads.map(lambda voice: speak("1 2", voice=voice.id), voices()))

    assert all(0.4 < speech.sound.duration_s < 4 and len(speech.words) == 2 for speech in spoken)


def test_list_has_a_woman_and_a_man_in_the_main_languages_and_unique_ids() -> None:
    for language in ("en-US", "en-GB", "es", "fr", "de", "it", "pt-BR"):
        assert {"female", "male"} <= {voice.gender for voice in voices() if voice.language == language}
    assert len({voice.id for voice in voices()}) == len(voices()) >= 30


def test_language_alone_finds_a_voice_of_the_region_or_of_the_language() -> None:
    hello = speak("Hola, hasta luego.", language="es-MX")

    assert np.array_equal(hello.sound.samples, speak("Hola, hasta luego.", voice="ES-419-Valentina").sound.samples)
    assert speak("Bonjour", language="fr-CA").words[0].text == "Bonjour"


def test_the_two_genders_sound_different() -> None:
    woman, man = (speak(TALE, voice=voice).sound.samples for voice in ("en-us-clara", "en-us-miles"))
    hz = np.fft.rfftfreq(48_000, 1 / 48_000)
    lows = [float(np.sum(np.abs(np.fft.rfft(one[48_000:96_000]))[(hz > 60) & (hz < 140)])) for one in (woman, man)]

    assert lows[1] > 2 * lows[0]


@pytest.mark.parametrize(("voice", "language"), [("nobody", "en"), ("", "tlh"), ("", "")])
def test_unknown_voice_or_language_is_refused_by_name(voice: str, language: str) -> None:
    with pytest.raises(UnknownVoice) as refused:
        speak("Hello", voice=voice, language=language)

    assert refused.value.voice == (voice or language)


@pytest.mark.parametrize(
    ("text", "speed", "message"),
    [
        ("", 1.0, "text"),
        (" \n\t", 1.0, "text"),
        ("a" * 5001, 1.0, "text.*5000"),
        ("Hi", 0.49, "speed.*0.5"),
        ("Hi", float("nan"), "speed"),
    ],
)
def test_limits_name_the_field(text: str, speed: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        speak(text, speed=speed)


def test_speed_changes_how_long_it_takes(tale: Speech) -> None:
    assert speak(TALE, speed=2.0).words[-1].end_s < 0.65 * tale.words[-1].end_s
    assert speak(TALE, speed=0.5).words[-1].end_s > 1.6 * tale.words[-1].end_s


@pytest.mark.parametrize("text", ["...", "\x00", "\ud800 hm", "a\x07b", "<speak>x</speak> [[h@]] \\ & %s"])
def test_odd_text_is_spoken_or_passed_over_but_never_breaks(text: str) -> None:
    speech = speak(text)

    assert np.isfinite(speech.sound.samples).all() and all(word.text in text for word in speech.words)


def test_a_long_text_is_spoken_to_its_end_while_the_stop_check_is_asked_again_and_again() -> None:
    asked = itertools.count()

    speech = speak("A long, long day of hard work. " * 90, speed=2.0, should_stop=lambda: next(asked) < 0)

    assert len(speech.words) == 90 * 7 and next(asked) >= 3


def test_stop_ends_the_work() -> None:
    with pytest.raises(Stopped):
        speak(TALE, should_stop=lambda: True)
    answers = itertools.chain([False], itertools.repeat(True))
    with pytest.raises(Stopped):
        speak("A long day. " * 400, should_stop=lambda: next(answers))


def test_wav_carries_the_samples_as_16_bit_pcm() -> None:
    stereo = np.array([[0.0, 1.0], [-1.0, 0.5], [2.0, -2.0]], np.float32)

    with wave.open(io.BytesIO(encode_wav(Sound(stereo, 48_000)))) as file:
        frames = np.frombuffer(file.readframes(3), "<i2").reshape(3, 2)
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 48_000)

    assert frames.tolist() == [[0, 32767], [-32767, 16384], [32767, -32767]]


def test_same_request_gives_the_same_samples_and_another_text_others(tale: Speech) -> None:
    again = speak(TALE)
    other = speak(TALE.replace("robot", "dragon"))

    assert np.array_equal(again.sound.samples, tale.sound.samples) and again.words == tale.words
    assert not np.array_equal(other.sound.samples[:100_000], tale.sound.samples[:100_000])
