"""A film is composed from an edit decision list: pictures, voices, music and subtitles on one clock."""

from __future__ import annotations

import hashlib
import itertools
import wave
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from reelwright_video.film import Clip, Film, Line, Stopped, TitleCard, UnreadableMedia, compose
from reelwright_video.film.lettering import drawable, typeset
from reelwright_video.film.loudness import limited, measure, true_peaks
from reelwright_video.film.media import SAMPLE_RATE
from reelwright_video.film.mixing import duck_curve, mix, voice
from reelwright_video.film.subtitles import cues, settle

FPS = 12
RED, GREEN, BLUE = (200, 30, 30), (30, 170, 40), (30, 40, 200)


def footage(path: Path, colour: tuple[int, int, int], seconds: float, fps: int = FPS, size: str = "320x180") -> Path:
    """A clip of one colour that slowly gets lighter."""
    width, height = map(int, size.split("x"))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * fps)):
            pixels = np.full((height, width, 3), colour, np.uint8) + np.uint8(20 * number / (seconds * fps))
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def speech(path: Path, text: str, rate: int = 22050) -> Line:
    """Bursts of a buzz, one for each word, with the times of the words."""
    words: list[tuple[str, float, float]] = []
    clock = 0.12
    for word in text.split():
        length = 0.05 + 0.035 * len(word)
        words.append((word, clock, clock + length))
        clock += length + (0.25 if word[-1] in ".,;?!" else 0.04)
    sound = np.zeros(int((clock + 0.3) * rate))
    for _, start, end in words:
        time = np.arange(int((end - start) * rate)) / rate
        burst = sum(np.sin(2 * np.pi * 130 * harmonic * time) / harmonic for harmonic in range(1, 6))
        sound[int(start * rate) : int(start * rate) + len(time)] += 0.2 * burst * np.hanning(len(time))
    write_sound(path, sound, rate)
    return Line(text, path, tuple(words))


def music(path: Path, seconds: float) -> Path:
    time = np.arange(int(seconds * 44100)) / 44100
    chord = np.sin(2 * np.pi * np.outer((220, 277, 330), time)).sum(axis=0)
    write_sound(path, 0.1 * chord, 44100)
    return path


def write_sound(path: Path, samples: npt.NDArray[np.float64], rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


FIRST = "The keeper climbed the stairs, lit the lamp, and waited for the storm to pass over the whole of the bay."
SECOND = "¿Quién vive allí? Nobody knew."


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """A title, three clips and music: about nine seconds."""
    Image.new("RGB", (200, 120), (90, 110, 150)).save(tmp_path / "title.png")
    clips = (
        Clip(footage(tmp_path / "red.mp4", RED, 2), None, speech(tmp_path / "1.wav", FIRST), "crossfade", 0.4),
        Clip(footage(tmp_path / "green.mp4", GREEN, 3), None, speech(tmp_path / "2.wav", SECOND), "crossfade", 0.4),
        Clip(footage(tmp_path / "blue.mp4", BLUE, 2), 1.5, None, "fade_black", 0.5),
    )
    title = TitleCard("La niña del faro", "A film", 1.5, tmp_path / "title.png")
    bed = music(tmp_path / "bed.wav", 4)
    return Film(320, 180, FPS, title, clips, bed, -8.0, 0.5, "es-MX", metadata={"artist": "Reelwright"})


def bare(tmp_path: Path, *clips: Clip) -> Film:
    return Film(320, 180, FPS, None, clips, None, 0.0, 0.0, "en")


def silent_clip(
    tmp_path: Path, colour: tuple[int, int, int], seconds: float, transition: str = "cut", s: float = 0.0
) -> Clip:
    name = f"{colour[0]}-{colour[1]}-{seconds}.mp4"
    return Clip(footage(tmp_path / name, colour, seconds), None, None, transition, s)


def colours(path: Path) -> npt.NDArray[np.uint8]:
    """Mean RGB of each frame."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24").mean(axis=(0, 1)) for frame in container.decode(video=0)]
    return np.array(pictures)


def sound_of(path: Path) -> npt.NDArray[np.float32]:
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        pieces = [p.to_ndarray() for frame in container.decode(audio=0) for p in resampler.resample(frame)]
    return np.concatenate(pieces, axis=1).astype(np.float32)


def subtitle_packets(path: Path) -> list[tuple[float, float, str]]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams.subtitles[0]) if packet.size > 2]
        assert all(packet.time_base == Fraction(1, 1000) for packet in packets)
        return [
            (
                (packet.pts or 0) / 1000,
                ((packet.pts or 0) + (packet.duration or 0)) / 1000,
                bytes(packet)[2:].decode(),
            )
            for packet in packets
        ]


def srt_cues(text: str) -> list[tuple[float, float, str]]:
    found = []
    for block in text.strip().split("\n\n"):
        _, times, *lines = block.split("\n")
        start, end = (
            sum(float(p) * u for p, u in zip(t.replace(",", ".").split(":"), (3600, 60, 1), strict=True))
            for t in times.split(" --> ")
        )
        found.append((start, end, "\n".join(lines)))
    return found


def test_film_has_the_promised_tracks_index_and_metadata(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    composed = compose(film, out, tmp_path / "poster.jpg")
    with av.open(str(out)) as container:
        video, sound, text = container.streams.video[0], container.streams.audio[0], container.streams.subtitles[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt, video.profile) == ("h264", "yuv420p", "High")
        assert (video.width, video.height, video.average_rate) == (320, 180, Fraction(FPS))
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48000, "stereo")
        assert (text.codec_context.name, text.language, sound.language) == ("mov_text", "spa", "spa")
        assert container.metadata["title"] == "La niña del faro"
        assert container.metadata["artist"] == "Reelwright"
        assert container.chapters()[0]["metadata"]["title"] == "La niña del faro"
        assert len(container.chapters()) == 4
        assert (container.duration or 0) / 1e6 == pytest.approx(composed.duration_s, abs=0.1)
        frames = [frame for frame in container.decode(video) if frame.key_frame]
        keys = [frame.time or 0.0 for frame in frames]
    assert max(np.diff(keys)) <= 2.0
    whole = out.read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")
    with Image.open(tmp_path / "poster.jpg") as poster:
        assert poster.size == (320, 180)


def test_subtitles_of_the_track_the_srt_and_the_voices_agree(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    composed = compose(film, out, None)
    written, listed = subtitle_packets(out), srt_cues(composed.srt)
    assert [text for *_, text in written] == [text for *_, text in listed]
    for (start, end, _), (listed_start, listed_end, _) in zip(written, listed, strict=True):
        assert (start, end) == pytest.approx((listed_start, listed_end), abs=0.002)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(listed))
    assert " ".join(text.replace("\n", " ") for *_, text in listed) == f"{FIRST} {SECOND}"
    assert [text for *_, text in composed.lines] == [FIRST, SECOND]
    for start, end, text in composed.lines:
        cue_starts = [a for a, _, shown in listed if shown.split()[0] in text and start - 0.2 <= a <= end]
        assert min(cue_starts) == pytest.approx(start, abs=0.12)


def test_voices_are_heard_when_the_lines_say_and_never_at_once(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    composed = compose(replace(film, music=None), out, None)
    level = np.abs(sound_of(out)).max(axis=0)
    (first_start, first_end, _), (second_start, second_end, _) = composed.lines
    assert first_end < second_start
    heard = np.nonzero(level > 0.02)[0] / SAMPLE_RATE
    assert heard[0] == pytest.approx(first_start, abs=0.06)
    assert heard[-1] == pytest.approx(second_end, abs=0.06)
    assert not ((heard > first_end + 0.06) & (heard < second_start - 0.06)).any()


def test_loudness_meets_the_target_and_peaks_stay_below_the_limit(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    composed = compose(film, out, None)
    decoded = measure(sound_of(out))
    assert composed.loudness_lufs == pytest.approx(-16, abs=0.5)
    assert decoded.integrated_lufs == pytest.approx(-16, abs=1)
    assert decoded.true_peak_dbfs <= -1.5


def test_same_film_twice_has_the_same_frames(film: Film, tmp_path: Path) -> None:
    hashes = set()
    for name in ("a.mp4", "b.mp4"):
        compose(film, tmp_path / name, None)
        with av.open(str(tmp_path / name)) as container:
            digest = hashlib.sha256()
            for frame in container.decode(video=0):
                digest.update(frame.to_ndarray(format="yuv420p").tobytes())
        hashes.add(digest.hexdigest())
    assert len(hashes) == 1


def test_narration_longer_than_its_clip_slows_the_clip_evenly(tmp_path: Path) -> None:
    line = speech(tmp_path / "long.wav", "one two three four five six seven eight.")
    clip = Clip(footage(tmp_path / "c.mp4", RED, 2), None, line, "cut", 0.0)
    composed = compose(bare(tmp_path, clip), tmp_path / "film.mp4", None)
    assert composed.duration_s > composed.lines[0][1] > 2
    lightness = colours(tmp_path / "film.mp4")[:, 1]
    middle = len(lightness) // 2
    assert lightness[middle] - lightness[0] == pytest.approx(lightness[-1] - lightness[middle], abs=3)
    assert lightness[-1] - lightness[0] > 12


def test_asked_length_is_kept_when_there_is_more_footage(tmp_path: Path) -> None:
    clip = replace(silent_clip(tmp_path, RED, 3), duration_s=1.5)
    assert compose(bare(tmp_path, clip), tmp_path / "film.mp4", None).duration_s == pytest.approx(1.5)


def test_only_what_exists_of_a_clip_is_used(tmp_path: Path) -> None:
    clip = replace(silent_clip(tmp_path, RED, 1), duration_s=5.0)
    assert compose(bare(tmp_path, clip), tmp_path / "film.mp4", None).duration_s == pytest.approx(1.0, abs=0.1)


def test_crossfade_shows_both_clips_at_once(tmp_path: Path) -> None:
    red, green = silent_clip(tmp_path, RED, 2), silent_clip(tmp_path, GREEN, 2, "crossfade", 1.0)
    composed = compose(bare(tmp_path, red, green), tmp_path / "film.mp4", None)
    assert composed.duration_s == pytest.approx(3.0)
    middle = colours(tmp_path / "film.mp4")[round(1.5 * FPS)]
    assert middle[:2] == pytest.approx((120, 110), abs=18)


def test_transition_is_never_longer_than_half_of_the_shorter_clip(tmp_path: Path) -> None:
    red, green = silent_clip(tmp_path, RED, 2), silent_clip(tmp_path, GREEN, 0.5, "crossfade", 3.0)
    assert compose(bare(tmp_path, red, green), tmp_path / "film.mp4", None).duration_s == pytest.approx(2.25, abs=0.1)


def test_fade_black_goes_through_black_and_wipe_shows_one_clip_on_each_side(tmp_path: Path) -> None:
    red, green = silent_clip(tmp_path, RED, 2), silent_clip(tmp_path, GREEN, 2, "fade_black", 1.0)
    compose(bare(tmp_path, red, green), tmp_path / "fade.mp4", None)
    assert colours(tmp_path / "fade.mp4")[2 * FPS].max() < 12
    compose(bare(tmp_path, red, replace(green, transition="wipe")), tmp_path / "wipe.mp4", None)
    with av.open(str(tmp_path / "wipe.mp4")) as container:
        middle = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][round(1.5 * FPS)]
    assert middle[90, 10, 1] > 120 > middle[90, 10, 0]
    assert middle[90, 310, 0] > 120 > middle[90, 310, 1]


@pytest.mark.parametrize(("width", "height"), [(180, 320), (240, 240)])
def test_clips_of_any_size_and_rate_fill_the_frame(tmp_path: Path, width: int, height: int) -> None:
    wide = Clip(footage(tmp_path / "w.mp4", RED, 1, fps=25, size="426x240"), None, None, "cut", 0)
    tall = Clip(footage(tmp_path / "t.mp4", GREEN, 1, fps=30, size="120x200"), None, None, "cut", 0)
    title = TitleCard("Vertical ¡sí!", "", 1.0, None)
    composed = compose(
        replace(bare(tmp_path, wide, tall), width=width, height=height, title=title), tmp_path / "film.mp4", None
    )
    assert composed.duration_s == pytest.approx(3.0, abs=0.1)
    with av.open(str(tmp_path / "film.mp4")) as container:
        shot = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert shot[0].shape == (height, width, 3)
    for frame, channel in ((shot[18], 0), (shot[30], 1)):
        edges = np.concatenate((frame[0], frame[-1], frame[:, 0], frame[:, -1]))
        assert edges[:, channel].min() > 120


def test_film_without_any_sound_has_a_silent_track_and_no_subtitles(tmp_path: Path) -> None:
    composed = compose(bare(tmp_path, silent_clip(tmp_path, BLUE, 1)), tmp_path / "film.mp4", None)
    assert (composed.srt, composed.lines, composed.loudness_lufs) == ("", (), -70)
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert [stream.type for stream in container.streams if stream.type != "data"] == ["video", "audio"]
    silence = sound_of(tmp_path / "film.mp4")
    assert silence.shape[1] / SAMPLE_RATE == pytest.approx(1.0, abs=0.1)
    assert np.abs(silence).max() < 1e-4


def test_stopping_leaves_no_file(film: Film, tmp_path: Path) -> None:
    heard: list[float] = []
    before = set(tmp_path.iterdir())
    with pytest.raises(Stopped):
        compose(film, tmp_path / "film.mp4", None, progress=heard.append, should_stop=lambda: len(heard) > 4)
    assert set(tmp_path.iterdir()) == before


def test_failing_leaves_an_older_film_untouched(film: Film, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    out.write_bytes(b"older")
    with pytest.raises(Stopped):
        compose(film, out, None, should_stop=lambda: True)
    assert out.read_bytes() == b"older"


def test_progress_climbs_to_one(film: Film, tmp_path: Path) -> None:
    heard: list[float] = []
    compose(film, tmp_path / "film.mp4", None, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


@pytest.mark.parametrize("part", ["video", "audio", "music", "title"])
def test_unreadable_input_is_named(film: Film, tmp_path: Path, part: str) -> None:
    broken = tmp_path / "broken.bin"
    broken.write_bytes(b"not media" * 100)
    first = film.clips[0]
    assert first.line is not None
    assert film.title is not None
    wrong: dict[str, Callable[[], Film]] = {
        "video": lambda: replace(film, clips=(replace(first, video=broken),)),
        "audio": lambda: replace(film, clips=(replace(first, line=Line("x", broken, ())),)),
        "music": lambda: replace(film, music=broken),
        "title": lambda: replace(film, title=replace(film.title or TitleCard("", "", 1, None), picture=broken)),
    }
    with pytest.raises(UnreadableMedia, match=r"broken\.bin"):
        compose(wrong[part](), tmp_path / "film.mp4", None)
    assert not list(tmp_path.glob("film.mp4*"))


def test_missing_file_is_unreadable_too(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"gone\.mp4"):
        compose(bare(tmp_path, Clip(tmp_path / "gone.mp4", None, None, "cut", 0)), tmp_path / "film.mp4", None)


def test_impossible_films_are_refused(tmp_path: Path) -> None:
    clip = Clip(tmp_path / "a.mp4", None, None, "spin", 0)
    for wrong, word in (
        (bare(tmp_path), "clip"),
        (bare(tmp_path, clip), "spin"),
        (replace(bare(tmp_path, clip), width=321), "even"),
    ):
        with pytest.raises(ValueError, match=word):
            compose(wrong, tmp_path / "film.mp4", None)


def test_cues_are_two_short_lines_that_follow_the_words() -> None:
    text = " ".join(f"word{number}" + ("." if number % 9 == 8 else "") for number in range(60))
    words = [(word, number * 0.5, number * 0.5 + 0.4) for number, word in enumerate(text.split())]
    found = settle(cues(text, words, (0.0, 30.0), 10.0), 100.0)
    spoken = 0
    for cue in found:
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= 42
        assert cue.start_s == pytest.approx(10 + spoken * 0.5, abs=0.05)
        spoken += len(cue.text.split())
        assert cue.end_s == pytest.approx(10 + spoken * 0.5 - 0.1 + 0.3, abs=0.25)
    assert spoken == 60
    assert sum(cue.text.endswith(".") for cue in found) >= len(found) // 2


def test_text_without_spaces_or_words_is_still_cut_to_fit() -> None:
    text = "灯台守は毎晩、長い階段を上って明かりをともしました。" * 4
    found = settle(cues(text, (), (0.2, 20.0), 0.0), 30.0)
    assert "".join(cue.text.replace("\n", "") for cue in found) == text
    assert all(len(line) <= 21 for cue in found for line in cue.text.split("\n"))


def test_music_makes_room_for_the_voice_and_comes_back() -> None:
    time = np.arange(SAMPLE_RATE * 8) / SAMPLE_RATE
    spoken = voice(np.tile(0.3 * np.sin(2 * np.pi * 200 * time[: SAMPLE_RATE * 2]), (2, 1)).astype(np.float32))
    alone = mix([(3.0, spoken)], None, 0.0, 8.0)
    curve = 20 * np.log10(duck_curve(alone))
    at = {second: float(curve[round(second * SAMPLE_RATE)]) for second in (2.5, 3.05, 4.0, 5.3, 7.9)}
    assert at[2.5] == pytest.approx(0, abs=0.2)
    assert at[3.05] < -8
    assert at[4.0] == pytest.approx(-10, abs=0.3)
    assert -9 < at[5.3] < -1
    assert at[7.9] == pytest.approx(0, abs=0.3)


def test_loudness_meter_reads_a_reference_tone() -> None:
    tone = np.sin(2 * np.pi * 997 * np.arange(SAMPLE_RATE * 5) / SAMPLE_RATE) * 10 ** (-23 / 20)
    assert measure(np.tile(tone, (2, 1)).astype(np.float32)).integrated_lufs == pytest.approx(-23, abs=0.15)


def test_limiter_holds_peaks_between_the_samples() -> None:
    quarter = np.sin(np.pi / 2 * np.arange(SAMPLE_RATE) + np.pi / 4) * 1.2
    sound = np.tile(quarter, (2, 1)).astype(np.float32)
    assert true_peaks(sound)[500] == pytest.approx(1.2, abs=0.03)
    assert true_peaks(limited(sound)).max() <= 10 ** (-2.1 / 20)


def test_accents_missing_in_the_face_are_drawn() -> None:
    assert drawable("¿Niña, él, Über Straße?") == "¿Niña, él, Über Straße?"
    plain, accented = (np.asarray(typeset((text,), 60).mask) for text in ("N", "Ñ"))
    assert np.nonzero(accented)[0].min() < np.nonzero(plain)[0].min()
