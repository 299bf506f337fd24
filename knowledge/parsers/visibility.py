"""When a style makes text invisible.

Invariant: a style counts as hiding only if a person looking at the page could not read the text; a style that is not
understood counts as showing it.
"""

import re
from dataclasses import dataclass

_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%|ex|vh|vw|cm|mm|in)?$")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]+%?))?\s*\)$")
_HEX = re.compile(r"#([0-9a-f]{3,8})$")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240)}
_TINY_PIXELS = 1.5
_FAR_OFF = -900.0
_PIXELS = {"px": 1.0, "": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "cm": 37.8, "mm": 3.78, "in": 96.0}
_NEAR = 12
"""Largest difference per colour channel at which text cannot be told from its background."""
WHITE = (255, 255, 255)

Colour = tuple[int, int, int]


def declarations(style: str) -> dict[str, str]:
    """The properties of a style attribute, lower case, the last of each winning."""
    found: dict[str, str] = {}
    for part in style.lower().split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def style_hides(style: str) -> bool:
    """Whether a style attribute by itself hides the element, its colours apart."""
    return properties_hide(declarations(style))


def properties_hide(properties: dict[str, str]) -> bool:
    """Whether these properties hide the element, its colours apart."""
    return (
        properties.get("display") == "none"
        or properties.get("visibility") in {"hidden", "collapse"}
        or properties.get("mso-hide") == "all"
        or properties.get("content-visibility") == "hidden"
        or _is_transparent(properties.get("opacity", ""))
        or _is_tiny(properties.get("font-size", ""))
        or _is_collapsed(properties)
        or _is_moved_away(properties)
    )


@dataclass(frozen=True, slots=True)
class Colours:
    """Text and background colour in force; a background of None is one that is not known (an image)."""

    text: Colour | None = (0, 0, 0)
    background: Colour | None = WHITE
    transparent_text: bool = False

    def within(self, properties: dict[str, str]) -> "Colours":
        """The colours inside an element with these properties."""
        text, background, transparent = self.text, self.background, self.transparent_text
        if "color" in properties:
            transparent = properties["color"] == "transparent" or _alpha_is_zero(properties["color"])
            text = parse_colour(properties["color"])
        if "background-image" in properties or "url(" in properties.get("background", ""):
            background = None
        else:
            for name in ("background", "background-color"):
                value = properties.get(name)
                if value and value not in {"none", "transparent", "inherit", "initial"}:
                    background = parse_colour(value.split()[0] if not value.startswith("rgb") else value)
        return Colours(text=text, background=background, transparent_text=transparent)

    @property
    def hide_text(self) -> bool:
        """Whether text in these colours cannot be seen."""
        if self.transparent_text:
            return True
        if self.text is None or self.background is None:
            return False
        return all(abs(a - b) <= _NEAR for a, b in zip(self.text, self.background, strict=True))


def parse_colour(value: str) -> Colour | None:
    """Red, green and blue of a CSS or HTML colour, or None if it is not understood."""
    value = value.strip()
    if value in _NAMED:
        return _NAMED[value]
    rgb = _RGB.match(value)
    if rgb:
        return (int(rgb.group(1)), int(rgb.group(2)), int(rgb.group(3)))
    digits = _HEX.match(value)
    if digits and len(digits.group(1)) in {3, 4}:
        red, green, blue = (int(digit * 2, 16) for digit in digits.group(1)[:3])
        return (red, green, blue)
    if digits and len(digits.group(1)) in {6, 8}:
        red, green, blue = (int(digits.group(1)[index : index + 2], 16) for index in (0, 2, 4))
        return (red, green, blue)
    return None


def _alpha_is_zero(value: str) -> bool:
    rgb = _RGB.match(value)
    return rgb is not None and rgb.group(4) is not None and rgb.group(4).rstrip("%").strip("0.") == ""


def _pixels(value: str) -> float | None:
    match = _LENGTH.match(value)
    if match is None or match.group(2) in {"%", "vh", "vw"}:
        return 0.0 if match is not None and float(match.group(1)) == 0 else None
    return float(match.group(1)) * _PIXELS[match.group(2) or ""]


def _is_transparent(value: str) -> bool:
    match = _LENGTH.match(value)
    if match is None:
        return False
    share = float(match.group(1)) / (100 if match.group(2) == "%" else 1)
    return share < 0.05


def _is_tiny(value: str) -> bool:
    pixels = _pixels(value)
    return pixels is not None and 0 <= pixels < _TINY_PIXELS


def _is_collapsed(properties: dict[str, str]) -> bool:
    """No room at all, and nothing may flow out of it."""
    if properties.get("overflow", "") not in {"hidden", "clip"}:
        return False
    sizes = (properties.get(name, "") for name in ("width", "height", "max-width", "max-height"))
    return any((pixels := _pixels(size)) is not None and pixels < _TINY_PIXELS for size in sizes)


def _is_moved_away(properties: dict[str, str]) -> bool:
    shifts = [properties.get("text-indent", "")]
    if properties.get("position") in {"absolute", "fixed"}:
        shifts += [properties.get("left", ""), properties.get("top", "")]
        if (
            properties.get("clip", "")
            .replace(" ", "")
            .startswith(("rect(0,0,0,0", "rect(0px,0px,0px,0px", "rect(1px,1px"))
        ):
            return True
    return any((pixels := _pixels(shift)) is not None and pixels <= _FAR_OFF for shift in shifts)
