"""Small films whose red tells the time: none at the beginning, all of it at the end."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from PIL import Image

FPS = 10
CORNER = 16


def film(path: Path, seconds: float, size: tuple[int, int] = (64, 48), *, gop: int = 10_000, turned: int = 0) -> Path:
    """A film with a key frame every `gop` frames, a white corner at the top left, to be shown `turned` by degrees."""
    frames = round(seconds * FPS)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "sc_threshold": "0", "crf": "12"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = gop
        if turned:
            stream.set_display_rotation(turned)
        picture = np.zeros((size[1], size[0], 3), np.uint8)
        picture[:CORNER, :CORNER] = 255
        for number in range(frames):
            picture[CORNER:, CORNER:] = (255 * number // frames, 0, 0)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def picture_of(jpeg: bytes) -> Image.Image:
    """A still, decoded to its end."""
    picture = Image.open(io.BytesIO(jpeg), formats=("JPEG",))
    picture.load()
    return picture


def share_of(picture: Image.Image) -> float:
    """How much of the film had passed when this was to be seen, 0 to 1."""
    red = picture.getpixel((picture.width * 2 // 3, picture.height * 2 // 3))
    assert isinstance(red, tuple)
    return red[0] / 255
