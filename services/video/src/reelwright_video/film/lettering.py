"""Sets titles in letterspaced capitals with Pillow's embedded face, drawing the accents that face does not have."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFont

Face = ImageFont.FreeTypeFont

TRACKING = 0.13
SMALL = 0.8
"""Height of a small capital, which stands for a lower-case letter."""

SPELLED = {
    "ß": "SS",
    "ẞ": "SS",
    "Æ": "AE",
    "Œ": "OE",
    "Þ": "TH",
    "Đ": "D",
    "Ð": "D",
    "Ł": "L",
    "Ø": "O",
    "ʼ": "’",
    "„": "“",
    "‚": "‘",
}
STRUCK = frozenset("ŁØĐÐ")
ABOVE = {
    "\u0300": ("´", True, False),
    "\u0301": ("´", False, False),
    "\u0302": ("^", False, False),
    "\u0303": ("~", False, False),
    "\u0304": ("-", False, False),
    "\u0306": ("^", False, True),
    "\u0307": (".", False, False),
    "\u0308": ("..", False, False),
    "\u0309": ("´", False, False),
    "\u030a": ("o", False, False),
    "\u030b": ("´´", False, False),
    "\u030c": ("^", False, True),
}
"""Combining marks: the characters that draw them, mirrored, upside down."""
MARK_HEIGHT = {"^": 0.17, "~": 0.12, "-": 0.06}
"""Heights in ems of the marks drawn with characters that are too large for it."""
BELOW = {"\u0327": ",", "\u0328": ",", "\u0326": ",", "\u0323": "."}
RULES = {"–": 0.55, "—": 0.95, "―": 0.95, "−": 0.5}
TURNED = {"¿": "?", "¡": "!"}
FALLBACK_FACES = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "arial.ttf")


@dataclass(frozen=True)
class Setting:
    """Text set on lines, as a mask of coverage."""

    mask: Image.Image
    """Mode L, cropped to the lines' full height and width."""
    size: float
    """Height of the tall letters' em in pixels."""


@functools.cache
def _face(size: int) -> Face:
    face = ImageFont.load_default(size)
    assert isinstance(face, ImageFont.FreeTypeFont)
    return face


@functools.cache
def _has(letter: str) -> bool:
    return letter.isspace() or _draws(_face(24), letter)


def _draws(face: Face, letter: str) -> bool:
    return bytes(face.getmask(letter)) != bytes(face.getmask("\ue000"))


@functools.cache
def _fallback(size: int) -> Face | None:
    """A face of the system for letters we cannot draw at all; nothing depends on there being one."""
    for name in FALLBACK_FACES:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


@dataclass(frozen=True)
class _Cell:
    letter: str
    marks: str
    struck: bool
    tall: bool


def _cells(text: str) -> list[_Cell]:
    cells: list[_Cell] = []
    for word in " ".join(text.split()).split(" "):
        for char in word:
            for capital in char.upper():
                base, marks = _decomposed(capital)
                # Small capitals for what is written small: languages differ in which words of a title are capitalised.
                tall = not char.islower()
                cells += [_Cell(piece, marks, capital in STRUCK, tall) for piece in SPELLED.get(base, base)]
        cells.append(_Cell(" ", "", False, True))
    return cells[:-1]


def _decomposed(char: str) -> tuple[str, str]:
    if _has(char) or char in RULES or char in TURNED:
        return char, ""
    split = unicodedata.normalize("NFD", char)
    marks = "".join(mark for mark in split[1:] if mark in ABOVE or mark in BELOW)
    return (split[0], marks) if len(marks) == len(split) - 1 and _has(split[0]) else (char, "")


def line_width(text: str, size: float) -> float:
    """Width in pixels of a line."""
    return sum(_advance(cell, size) for cell in _cells(text)) - TRACKING * size


def _advance(cell: _Cell, size: float) -> float:
    em = size if cell.tall else size * SMALL
    if cell.letter == " ":
        return size * (0.3 + TRACKING)
    if cell.letter in RULES:
        return em * (RULES[cell.letter] + 0.1) + TRACKING * size
    face = _drawing_face(cell.letter, max(4, round(em)))
    return (face.getlength(TURNED.get(cell.letter, cell.letter)) if face else 0.0) + TRACKING * size


def _drawing_face(letter: str, em: int) -> Face | None:
    if _has(TURNED.get(letter, letter)):
        return _face(em)
    fallback = _fallback(em)
    return fallback if fallback and _draws(fallback, letter) else None


def drawable(text: str) -> str:
    """The text without the letters no face at hand can draw."""
    return " ".join("".join(filter(_can_draw, word)) for word in text.split()).strip()


def _can_draw(char: str) -> bool:
    return all(cell.letter in RULES or _drawing_face(cell.letter, 24) is not None for cell in _cells(char))


def typeset(lines: tuple[str, ...], size: float) -> Setting:
    """The lines centred below each other."""
    leading, margin = size * 1.42, round(size * 0.6)
    width = max(line_width(line, size) for line in lines)
    mask = Image.new("L", (round(width) + 2 * margin, round(leading * (len(lines) - 1) + size) + 2 * margin))
    for number, line in enumerate(lines):
        x = margin + (width - line_width(line, size)) / 2
        baseline = round(margin + size * 0.86 + number * leading)
        for cell in _cells(line):
            _draw(mask, cell, x, baseline, size if cell.tall else size * SMALL)
            x += _advance(cell, size)
    return Setting(mask, size)


def _draw(mask: Image.Image, cell: _Cell, x: float, baseline: int, em: float) -> None:
    if cell.letter == " ":
        return
    pen = ImageDraw.Draw(mask)
    if cell.letter in RULES:
        top = baseline - round(em * 0.29)
        pen.rectangle([x, top, x + em * RULES[cell.letter], top + max(1, round(em * 0.06))], fill=255)
        return
    face = _drawing_face(cell.letter, max(4, round(em)))
    if face is None:
        return
    if cell.letter in TURNED:
        _paste(mask, _glyph(TURNED[cell.letter], face).rotate(180), x, baseline - em * 0.52)
        return
    pen.text((x, baseline), cell.letter, font=face, fill=255, anchor="ls")
    box = face.getbbox(cell.letter, anchor="ls")
    middle = x + (box[0] + box[2]) / 2
    for mark in cell.marks:
        _mark(mask, mark, face, em, middle, baseline + box[1], baseline)
    if cell.struck:
        _strike(pen, cell.letter, x, baseline, em, box)


def _mark(mask: Image.Image, mark: str, face: Face, em: float, middle: float, top: float, baseline: int) -> None:
    gap = em * 0.06
    if mark in BELOW:
        glyph = _glyph(BELOW[mark], face)
        glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mark == "\u0328" else glyph
        _paste(mask, glyph, middle - glyph.width / 2, baseline + gap * 0.7)
        return
    drawn, mirrored, upturned = ABOVE[mark]
    glyph = _ring(em) if drawn == "o" else _row(drawn, face, em)
    glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else glyph
    glyph = glyph.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if upturned else glyph
    _paste(mask, glyph, middle - glyph.width / 2, top - gap - glyph.height)


def _strike(pen: ImageDraw.ImageDraw, letter: str, x: float, baseline: int, em: float, box: tuple[float, ...]) -> None:
    stroke = max(1, round(em * 0.06))
    if letter == "O":
        pen.line([x + box[0], baseline + em * 0.05, x + box[2], baseline + box[1] - em * 0.05], fill=255, width=stroke)
    elif letter == "L":
        pen.line([x - em * 0.02, baseline - em * 0.26, x + em * 0.32, baseline - em * 0.44], fill=255, width=stroke)
    else:
        pen.line([x - em * 0.04, baseline - em * 0.36, x + em * 0.28, baseline - em * 0.36], fill=255, width=stroke)


def _row(drawn: str, face: Face, em: float) -> Image.Image:
    """A mark made of one character, or of the same one twice."""
    one = _glyph(drawn[0], face)
    if drawn in MARK_HEIGHT:
        one = one.resize((max(2, round(em * 0.36)), max(1, round(em * MARK_HEIGHT[drawn]))), Image.Resampling.LANCZOS)
    if len(drawn) == 1:
        return one
    space = max(1, round(em * 0.1))
    pair = Image.new("L", (2 * one.width + space, one.height))
    pair.paste(one, (0, 0))
    pair.paste(one, (one.width + space, 0))
    return pair


def _ring(em: float) -> Image.Image:
    side = max(4, round(em * 0.2))
    large = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(large).ellipse([1, 1, side * 4 - 2, side * 4 - 2], outline=255, width=max(4, round(em * 0.2)))
    return large.resize((side, side), Image.Resampling.LANCZOS)


def _glyph(char: str, face: Face) -> Image.Image:
    """One character cropped to its ink."""
    side = round(face.size * 2)
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).text((side // 4, side // 4), char, font=face, fill=255)
    return image.crop(image.getbbox())


def _paste(mask: Image.Image, glyph: Image.Image, x: float, y: float) -> None:
    place = (round(x), round(y))
    box = (*place, place[0] + glyph.width, place[1] + glyph.height)
    mask.paste(ImageChops.lighter(mask.crop(box), glyph), place)
