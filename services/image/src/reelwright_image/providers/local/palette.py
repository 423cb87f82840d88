"""Colour harmonies: one hand-picked set per time of day, bent by weather and mood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from .colours import Colour, luma, mix, rgb, shift, times


@dataclass(frozen=True)
class Palette:
    """The light of a picture. Materials keep their own colour and are seen through it."""

    top: Colour
    middle: Colour
    low: Colour
    glow: Colour
    """Disc and halo of the sun or the moon."""
    cloud: Colour
    cloud_shade: Colour
    haze: Colour
    tint: Colour
    """What the key light makes of white."""
    shade: Colour
    """What shadow makes of white, relative to `tint`."""
    rim: Colour
    warm: Colour
    """Lamps and windows."""
    split_dark: Colour
    split_light: Colour
    """Grading: where shadows and highlights lean."""
    dark: float
    """How dark it is, 0 at noon to 1 at night: windows and lamps glow by it."""
    rim_strength: float = 0.35
    saturation: float = 1.0
    contrast: float = 1.0

    def far(self, colour: Colour, distance: float) -> Colour:
        """A lit material seen through `distance` (0..1) of air; the tint is included."""
        return mix(times(colour, self.tint), self.haze, distance)


def _palette(colours: str, dark: float, rim: float) -> Palette:
    top, middle, low, glow, cloud, cloud_shade, haze, tint, shade, rim_light, warm, split_dark, split_light = (
        rgb(code) for code in colours.split()
    )
    return Palette(
        top,
        middle,
        low,
        glow,
        cloud,
        cloud_shade,
        haze,
        tint,
        shade,
        rim_light,
        warm,
        split_dark,
        split_light,
        dark,
        rim,
    )


# top middle low glow cloud cloud_shade haze tint shade rim warm split_dark split_light
_TIMES = {
    "dawn": _palette(
        "5f93ad a9d3c6 ffcfac fff0c8 fff0de d8b4b4 e6cbb8 ffe6d2 8a84b4 ffd9a8 ffc878 3c5a78 ffd8b0", 0.25, 0.45
    ),
    "morning": _palette(
        "5a9fd0 a3d2e0 fdebc8 fff6d8 fffaf0 c4d0dc cfe0dc fff7e6 8c94c0 fff0c0 ffcf80 3a5c80 ffe8c0", 0.0, 0.3
    ),
    "day": _palette(
        "2f78be 79b9e2 dcefe8 fffbe6 ffffff bccfe2 b4d2e2 fffdf6 8894c4 fffbe0 ffd08a 34588a fff0d0", 0.0, 0.25
    ),
    "dusk": _palette(
        "3c2e6c b2557f ffa45e ffe2a0 ffb48c 7a4a7c b8708c ffc6ac 6e5c92 ffb468 ffc064 30205c ffac68", 0.6, 0.6
    ),
    "night": _palette(
        "0a1130 172f5c 3b6f8c f2f0da 4c6a94 1c2c54 2c4f78 7d92cc 5c5e8e a4c8f0 ffbe5c 0a1440 9cc8e8", 1.0, 0.5
    ),
}


def palette_for(time: str, weather: str, mood: str) -> Palette:
    """The harmony of a moment. Unknown names are taken as clear day without mood."""
    base = _TIMES.get(time, _TIMES["day"])
    weathered = _WEATHERS[weather](base) if weather in _WEATHERS else base
    return _MOODS[mood](weathered) if mood in _MOODS else weathered


def _greyed(p: Palette, grey: Colour, share: float, light: float) -> Palette:
    tone = mix(grey, times(grey, p.tint), 0.9)
    tone = mix(tone, (0.10, 0.14, 0.22), 0.45 * p.dark)
    return replace(
        p,
        top=mix(p.top, tone, share),
        middle=mix(p.middle, mix(tone, p.low, 0.25), share),
        low=mix(p.low, mix(tone, p.low, 0.55), share),
        cloud=mix(p.cloud, mix(tone, p.cloud, 0.4), share),
        cloud_shade=mix(p.cloud_shade, mix(tone, (0.1, 0.12, 0.18), 0.35), share),
        haze=mix(p.haze, tone, share),
        tint=mix(p.tint, times(p.tint, mix((1.0, 1.0, 1.0), grey, 0.6)), light),
        saturation=p.saturation * (1 - 0.3 * share),
        rim_strength=p.rim_strength * (1 - 0.4 * share),
    )


def _storm(p: Palette) -> Palette:
    grey = _greyed(p, rgb("59657a"), 0.72, 0.9)
    return replace(
        grey,
        top=mix(grey.top, rgb("1c2434"), 0.6),
        middle=mix(grey.middle, rgb("3a475c"), 0.5),
        low=mix(p.low, rgb("c8d2be"), 0.35 * (1 - p.dark) + 0.1),
        cloud=mix(grey.cloud, rgb("8a94a4"), 0.5),
        cloud_shade=mix(grey.cloud_shade, rgb("262e40"), 0.6),
        rim_strength=0.55,
        contrast=1.08,
        dark=min(1.0, p.dark + 0.35),
    )


def _snow(p: Palette) -> Palette:
    pale = _greyed(p, rgb("d3dde8"), 0.55, 0.3)
    return replace(pale, haze=mix(pale.haze, mix(rgb("e8eef6"), p.low, 0.3), 0.5 * (1 - 0.7 * p.dark)))


def _fog(p: Palette) -> Palette:
    veil = mix(mix(p.low, p.middle, 0.5), rgb("dfe4e2"), 0.45 * (1 - 0.75 * p.dark))
    return replace(
        _greyed(p, veil, 0.7, 0.2), haze=veil, low=mix(p.low, veil, 0.6), middle=veil, top=mix(p.top, veil, 0.6)
    )


def _clear(p: Palette) -> Palette:
    return replace(p, saturation=p.saturation * 1.08)


_WEATHERS: dict[str, Callable[[Palette], Palette]] = {
    "clear": _clear,
    "cloudy": lambda p: _greyed(p, rgb("b4bfca"), 0.5, 0.5),
    "rain": lambda p: _greyed(p, rgb("7f92a6"), 0.68, 0.8),
    "storm": _storm,
    "snow": _snow,
    "fog": _fog,
}


def _sky(p: Palette, colour: Colour, share: float) -> Palette:
    """The whole sky leaning to a colour of its own brightness."""

    def lean(own: Colour) -> Colour:
        return mix(own, times(colour, (luma(own) / max(0.05, luma(colour)),) * 3), share)

    return replace(
        p, top=lean(p.top), middle=lean(p.middle), haze=lean(p.haze), cloud_shade=lean(p.cloud_shade), low=lean(p.low)
    )


_MOODS: dict[str, Callable[[Palette], Palette]] = {
    "tender": lambda p: replace(
        _sky(p, rgb("e8a0a8"), 0.16), split_light=rgb("ffd0b4"), tint=times(p.tint, (1.03, 0.98, 0.95)), contrast=0.96
    ),
    "tense": lambda p: replace(
        _sky(p, rgb("2f8a90"), 0.4),
        split_dark=rgb("08343e"),
        split_light=rgb("ffa858"),
        contrast=p.contrast * 1.12,
        rim=mix(p.rim, rgb("ff9440"), 0.55),
        rim_strength=p.rim_strength + 0.2,
    ),
    "playful": lambda p: replace(
        p, saturation=p.saturation * 1.22, middle=shift(p.middle, saturation=1.15), split_light=rgb("fff0a0")
    ),
    "melancholy": lambda p: replace(
        _sky(p, rgb("6f8eb4"), 0.38), saturation=p.saturation * 0.76, split_dark=rgb("24405e"), contrast=0.95
    ),
    "wondrous": lambda p: replace(
        _sky(p, rgb("8a6cd0"), 0.24),
        split_dark=rgb("2c1c68"),
        split_light=rgb("a8f0e0"),
        saturation=p.saturation * 1.1,
        rim_strength=p.rim_strength + 0.1,
    ),
    "epic": lambda p: replace(
        _sky(p, rgb("c88a50"), 0.18), split_light=rgb("ffcf70"), contrast=p.contrast * 1.1, rim=mix(p.rim, p.glow, 0.4)
    ),
}
