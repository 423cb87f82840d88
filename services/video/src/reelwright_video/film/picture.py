"""One frame as planes: the flat 4:2:0 picture that clips are drawn on and films are cut from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

BLACK, WHITE, GREY = 16, 235, 128
"""Video levels: luma of black and white, chroma of no colour."""

ITU_R_709 = 1
VIDEO_RANGE = 1


@dataclass(frozen=True)
class Picture:
    """A BT.709 video-range frame; `flat` holds the Y plane, then U, then V at half size."""

    flat: npt.NDArray[np.uint8]
    width: int
    height: int

    @classmethod
    def blank(cls, width: int, height: int) -> Picture:
        """A black picture of `width` x `height` pixels (both even)."""
        flat = np.full(width * height * 3 // 2, GREY, np.uint8)
        flat[: width * height] = BLACK
        return cls(flat, width, height)

    @classmethod
    def from_frame(cls, frame: av.VideoFrame) -> Picture:
        """The pixels of a yuv420p frame with even sides."""
        luma = frame.width * frame.height
        flat = np.empty(luma * 3 // 2, np.uint8)
        parts = (flat[:luma], flat[luma : luma * 5 // 4], flat[luma * 5 // 4 :])
        for part, plane in zip(parts, frame.planes, strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            part.reshape(plane.height, plane.width)[:] = rows[: plane.height, : plane.width]
        return cls(flat, frame.width, frame.height)

    @classmethod
    def from_rgb(cls, pixels: npt.NDArray[np.uint8]) -> Picture:
        """An RGB array (height, width, 3) with even sides, as a picture."""
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        return cls.from_frame(
            frame.reformat(format="yuv420p", dst_colorspace=ITU_R_709, src_color_range=2, dst_color_range=VIDEO_RANGE)
        )

    @property
    def y(self) -> Plane:
        """Luma, (height, width)."""
        return self.flat[: self.width * self.height].reshape(self.height, self.width)

    @property
    def u(self) -> Plane:
        """Blue difference, (height/2, width/2)."""
        luma = self.width * self.height
        return self.flat[luma : luma * 5 // 4].reshape(self.height // 2, self.width // 2)

    @property
    def v(self) -> Plane:
        """Red difference, (height/2, width/2)."""
        return self.flat[self.width * self.height * 5 // 4 :].reshape(self.height // 2, self.width // 2)

    def to_frame(self, pts: int, time_base: Fraction) -> av.VideoFrame:
        """The picture as a frame ready for an encoder."""
        frame = av.VideoFrame(self.width, self.height, "yuv420p")
        for pixels, plane in zip((self.y, self.u, self.v), frame.planes, strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            rows[: plane.height, : plane.width] = pixels
        frame.pts, frame.time_base = pts, time_base
        return frame

    def to_rgb(self) -> npt.NDArray[np.uint8]:
        """The pixels as RGB (height, width, 3)."""
        frame = self.to_frame(0, Fraction(1, 1)).reformat(format="rgb24", src_colorspace=ITU_R_709)
        return np.asarray(frame.to_ndarray(), np.uint8)


def blend(a: Plane, b: Plane, weight: float | npt.NDArray[np.uint16]) -> Plane:
    """`a` turned into `b` by `weight`: 0..1 for all, or an array of 0..256 that broadcasts against them."""
    share = np.uint16(round(weight * 256)) if isinstance(weight, float) else weight
    mixed = np.multiply(a, np.uint16(256) - share, dtype=np.uint16)
    mixed += np.multiply(b, share, dtype=np.uint16)
    mixed += np.uint16(128)
    mixed >>= np.uint16(8)
    return mixed.astype(np.uint8)
