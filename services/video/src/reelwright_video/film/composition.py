"""Composes a film: plans it, mixes its sound, draws its pictures, and writes one MP4."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.subtitles.stream import SubtitleStream
from PIL import Image

from reelwright_video.film.edit import TRANSITIONS, Composed, Film
from reelwright_video.film.languages import iso_639_2
from reelwright_video.film.loudness import Loudness, normalise
from reelwright_video.film.media import SAMPLE_RATE, Sound, footage_seconds, load_sound
from reelwright_video.film.mixing import Voice, mix, voice
from reelwright_video.film.mp4 import Stopped, add_video, drawn_ahead, new_mp4
from reelwright_video.film.picture import Picture
from reelwright_video.film.screening import screen
from reelwright_video.film.subtitles import Cue, cues, settle, srt
from reelwright_video.film.timeline import Timeline, plan

PRESET = {"preset": "veryfast", "crf": "20", "profile": "high"}
AUDIO_BIT_RATE = 160_000
MILLISECOND = Fraction(1, 1000)
SOUND_SHARE = 0.1
"""Part of the progress that planning and mixing take."""

STYLE = """\
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment, MarginL, MarginR, MarginV
Style: Default,Sans,18,&Hffffff,0,0,0,2,10,10,10

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
"""The encoder takes the look of the subtitle track from an ASS header."""


@dataclass(frozen=True)
class _Score:
    """Everything of a film but its pictures."""

    timeline: Timeline
    sound: Sound
    loudness: Loudness
    cues: tuple[Cue, ...]
    lines: tuple[tuple[float, float, str], ...]


def compose(
    film: Film,
    out: Path,
    poster: Path | None,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Composed:
    """Writes the film to `out` (H.264, AAC, mov_text, chapters) and a still of it to `poster` (by its suffix).

    Raises UnreadableMedia naming the input that cannot be decoded, Stopped when `should_stop` says so, and ValueError
    for a film that cannot be (no content, odd sizes, an unknown transition). Nothing is left at `out` then.
    """
    _check(film)
    score = _scored(film, should_stop)
    progress(SOUND_SHARE)
    with new_mp4(out, film.metadata) as container:
        still = _write(film, score, container, progress, should_stop)
        if poster is not None:
            Image.fromarray(still.to_rgb()).save(poster, quality=90)
    progress(1.0)
    seconds = max(1, round(score.timeline.duration_s * film.fps)) / film.fps
    meter = score.loudness
    return Composed(seconds, srt(score.cues), score.lines, meter.integrated_lufs, meter.range_lu, meter.true_peak_dbfs)


def _check(film: Film) -> None:
    if not film.clips and film.title is None:
        raise ValueError("a film needs a title card or a clip")
    if min(film.width, film.height) < 32 or film.width % 2 or film.height % 2:
        raise ValueError("width and height must be even and at least 32")
    if not 1 <= film.fps <= 120:
        raise ValueError("fps must be 1 to 120")
    unknown = {clip.transition for clip in film.clips} - set(TRANSITIONS)
    if unknown:
        raise ValueError(f"unknown transition: {min(unknown)}")


def _scored(film: Film, should_stop: Callable[[], bool]) -> _Score:
    voices: list[Voice | None] = []
    lengths: list[float] = []
    for clip in film.clips:
        if should_stop():
            raise Stopped
        lengths.append(footage_seconds(clip.video))
        voices.append(voice(load_sound(clip.line.audio)) if clip.line else None)
    seconds = [line.sound.shape[1] / SAMPLE_RATE if line else 0.0 for line in voices]
    timeline = plan(film, lengths, seconds)
    placed = [
        (shot.voice_start_s, line)
        for shot, line in zip(timeline.shots, voices, strict=True)
        if line is not None and shot.voice_start_s is not None
    ]
    music = load_sound(film.music, timeline.duration_s) if film.music else None
    sound, meter = normalise(mix(placed, music, film.music_gain_db, timeline.duration_s), film.loudness_lufs)
    return _Score(timeline, sound, meter, *_subtitles(film, timeline, placed))


def _subtitles(
    film: Film, timeline: Timeline, placed: Sequence[tuple[float, Voice]]
) -> tuple[tuple[Cue, ...], tuple[tuple[float, float, str], ...]]:
    found: list[Cue] = []
    lines: list[tuple[float, float, str]] = []
    for line, (start_s, sound) in zip((clip.line for clip in film.clips if clip.line), placed, strict=True):
        found += cues(line.text, line.words, sound.heard, start_s)
        lines.append((start_s + sound.heard[0], start_s + sound.heard[1], line.text))
    return tuple(settle(found, timeline.duration_s)), tuple(lines)


def _write(
    film: Film,
    score: _Score,
    container: OutputContainer,
    progress: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> Picture:
    """Writes all tracks side by side and gives the frame for the poster."""
    container.metadata.update({"title": film.title.title} if film.title and "title" not in film.metadata else {})
    video = add_video(container, film.width, film.height, film.fps, PRESET, gop=film.fps * 2)
    tracks = _Tracks(container, film, score)
    count = max(1, round(score.timeline.duration_s * film.fps))
    wanted = min(count - 1, round(_poster_second(score.timeline) * film.fps))
    still = Picture.blank(film.width, film.height)
    with closing(drawn_ahead(screen(film, score.timeline))) as pictures:
        for number, picture in enumerate(pictures):
            if should_stop():
                raise Stopped
            container.mux(video.encode(picture.to_frame(number, Fraction(1, film.fps))))
            tracks.advance((number + 1) / film.fps)
            still = picture if number == wanted else still
            progress(SOUND_SHARE + (1 - SOUND_SHARE) * 0.99 * (number + 1) / count)
    container.mux(video.encode())
    tracks.finish()
    return still


def _poster_second(timeline: Timeline) -> float:
    """The card when its lettering is there, otherwise the middle of the first shot."""
    return timeline.title_s * 0.7 if timeline.title_s > 0 else timeline.shots[0].duration_s / 2


class _Tracks:
    """Sound and subtitles, written up to the moment the pictures have reached."""

    def __init__(self, container: OutputContainer, film: Film, score: _Score) -> None:
        language = iso_639_2(film.language)
        self._container, self._score = container, score
        self._sound: AudioStream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        self._sound.bit_rate = AUDIO_BIT_RATE
        self._sound.metadata["language"] = language
        self._text: SubtitleStream | None = None
        if score.cues:
            self._text = container.add_stream("mov_text")
            self._text.codec_context.subtitle_header = STYLE.encode()
            self._text.codec_context.time_base = self._text.time_base = MILLISECOND
            self._text.metadata["language"] = language
        container.set_chapters(_chapters(film, score.timeline))
        self._written = self._cue = 0

    def advance(self, seconds: float) -> None:
        """Writes what is heard and read until `seconds`."""
        end = min(self._score.sound.shape[1], round(seconds * SAMPLE_RATE))
        if end > self._written:
            piece = np.ascontiguousarray(self._score.sound[:, self._written : end])
            frame = av.AudioFrame.from_ndarray(piece, "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._written, Fraction(1, SAMPLE_RATE)
            self._container.mux(self._sound.encode(frame))
            self._written = end
        while self._cue < len(self._score.cues) and self._score.cues[self._cue].start_s <= seconds:
            self._subtitle(self._score.cues[self._cue])
            self._cue += 1

    def finish(self) -> None:
        """Writes the rest."""
        self.advance(self._score.timeline.duration_s + 1)
        self._container.mux(self._sound.encode(None))

    def _subtitle(self, cue: Cue) -> None:
        assert self._text is not None
        text = cue.text.encode()
        packet = av.Packet(struct.pack(">H", len(text)) + text)
        packet.stream = self._text
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = round(cue.start_s * 1000)
        packet.duration = round(cue.end_s * 1000) - round(cue.start_s * 1000)
        packet.is_keyframe = True
        self._container.mux(packet)


def _chapters(film: Film, timeline: Timeline) -> list[av.container.Chapter]:
    starts = [(0.0, film.title.title)] if film.title and timeline.title_s > 0 else []
    for number, (clip, shot) in enumerate(zip(film.clips, timeline.shots, strict=True), 1):
        name = _heading(clip.line.text) if clip.line else ""
        starts.append((shot.start_s, name or str(number)))
    ends = [start for start, _ in starts[1:]] + [timeline.duration_s]
    return [
        {
            "id": number,
            "start": round(start * 1000),
            "end": round(end * 1000),
            "time_base": MILLISECOND,
            "metadata": {"title": name},
        }
        for number, ((start, name), end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _heading(text: str) -> str:
    """The first words of a narration, short enough for a chapter list."""
    words = " ".join(text.split())
    return words if len(words) <= 48 else words[:47].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
