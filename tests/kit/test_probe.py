"""What the bytes of a file say, and what hostile ones do not make us do."""

from __future__ import annotations

import math
import os
import socket
import struct
import threading
import wave
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from reelwright_kit.assets.model import Measured
from reelwright_kit.assets.probe import MAX_PIXELS, measure
from reelwright_kit.errors import MediaUnreadable


@pytest.mark.parametrize(("form", "media_type"), [("PNG", "png"), ("JPEG", "jpeg"), ("WEBP", "webp"), ("GIF", "gif")])
def test_pictures_are_measured(tmp_path: Path, form: str, media_type: str) -> None:
    Image.new("RGB", (30, 20), "blue").save(tmp_path / "f", form)
    assert measure(tmp_path / "f") == Measured(f"image/{media_type}", 30, 20)


def test_sound_is_measured(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "f"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 4000)
    assert measure(tmp_path / "f") == Measured("audio/wav", 0, 0, 0.5)


def test_film_is_measured(tmp_path: Path) -> None:
    measured = measure(film(tmp_path / "f.mp4"))
    assert (measured.media_type, measured.width, measured.height) == ("video/mp4", 64, 48)
    assert measured.duration_s is not None and math.isclose(measured.duration_s, 1.0, abs_tol=0.05)


@pytest.mark.parametrize(
    ("content", "declared", "media_type"),
    [
        (b"%PDF-1.7\n", "", "application/pdf"),
        (b"PK\x03\x04rest", "", "application/zip"),
        ("grüße".encode(), "text/plain", "text/plain"),
        (b"{}", "application/json", "application/json"),
    ],
)
def test_documents_are_known(tmp_path: Path, content: bytes, declared: str, media_type: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert measure(tmp_path / "f", declared) == Measured(media_type)


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"", ""),
        (b"hello", ""),
        (b"\xff\xfe", "text/plain"),
        (b"<svg xmlns='x'/>", "image/png"),
        (b"BM" + b"\0" * 60, ""),
    ],
)
def test_what_is_nothing_known_is_refused_naming_the_field(tmp_path: Path, content: bytes, declared: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(MediaUnreadable) as refused:
        measure(tmp_path / "f", declared, "first_frame.content")
    assert refused.value.violations[0].field == "first_frame.content"


@pytest.mark.parametrize("side", [8001, 12_000, 60_000])
def test_a_small_file_that_unfolds_to_gigabytes_is_refused_unopened(tmp_path: Path, side: int) -> None:
    (tmp_path / "bomb").write_bytes(png_header(side, side))
    assert side * side > MAX_PIXELS
    with pytest.raises(MediaUnreadable, match="pixels"):
        measure(tmp_path / "bomb")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_a_picture_is_refused(tmp_path: Path, form: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "f", form)
    raw = (tmp_path / "f").read_bytes()
    (tmp_path / "f").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(MediaUnreadable):
        measure(tmp_path / "f")


def test_half_a_film_is_refused(tmp_path: Path) -> None:
    raw = film(tmp_path / "f.mp4").read_bytes()
    (tmp_path / "half").write_bytes(raw[: raw.index(b"moov")])
    with pytest.raises(MediaUnreadable):
        measure(tmp_path / "half")


@pytest.mark.parametrize("name", ["f", "f.m3u8", "f.mp4"])
def test_a_playlist_does_not_make_us_open_what_it_names(tmp_path: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/a.ts"
        (tmp_path / name).write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n")
        with pytest.raises(MediaUnreadable):
            measure(tmp_path / name, "video/mp4")
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_list_of_files_does_not_make_us_open_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.ts")
    (tmp_path / "f").write_text("ffconcat version 1.0\nfile a.ts\n")
    refused: list[MediaUnreadable] = []

    def refuse() -> None:
        with pytest.raises(MediaUnreadable) as raised:
            measure(tmp_path / "f", "video/mp4")
        refused.append(raised.value)

    # Whoever opens a pipe that nobody writes to waits for ever.
    measuring = threading.Thread(target=refuse, daemon=True)
    measuring.start()
    measuring.join(10)
    opened = measuring.is_alive()
    if opened:
        os.close(os.open(tmp_path / "a.ts", os.O_WRONLY))
        measuring.join()
    assert refused and not opened


def test_a_film_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    """Nothing here could show it; it used to be a failure of ours."""
    path = film(tmp_path / "a.mp4", "libx264")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"xxxx"))
    with pytest.raises(MediaUnreadable):
        measure(path)


def film(path: Path, codec: str = "mpeg4") -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            shade = np.full((48, 64, 3), number * 20, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        container.mux(stream.encode())
    return path


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
