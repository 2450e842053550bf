"""Contrast by WCAG 2.2, and the check that an office's accent colour can be read.

An accent is used in two ways: as text and line on our papers, and as the ground of a button with white
text. Both need a ratio of at least 4.5. A colour that fails is answered with the nearest one that passes: the
same hue, moved only in lightness (in OKLCH, where equal steps look equal to the eye).
"""

import math
import re
from dataclasses import dataclass

PAPER_LIGHT = "#F4EEE5"
"""The darkest light ground of `theme.css` (`--sunk`): what is readable here is readable on all light papers."""

PAPER_DARK = "#2B2520"
"""The lightest dark ground of `theme.css` (`--raised`): what is readable here is readable on all dark papers."""

REQUIRED_RATIO = 4.5
"""WCAG 2.2, success criterion 1.4.3: text of normal size."""

_WHITE = "#FFFFFF"
_STEP = 0.004
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")

_Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class AccentVerdict:
    """What is true of an accent, and what we would propose instead.

    `ok` says whether the colour can be used as it is on light papers. `ratio_on_paper` and `ratio_white_text` are the
    two measured ratios (1 to 21). `proposal_light` is the colour itself when it passes, otherwise the nearest that
    does; `proposal_dark` is the nearest that passes on dark papers. Both are upper-case `#RRGGBB`.
    """

    ok: bool
    ratio_on_paper: float
    ratio_white_text: float
    proposal_light: str
    proposal_dark: str


def contrast_ratio(a: str, b: str) -> float:
    """Return the contrast of two hex colours, 1.0 (none) to 21.0 (black on white); the order does not matter.

    Raises ValueError when a colour is not `#RGB` or `#RRGGBB` (the `#` may be missing).
    """
    first, second = _luminance(_rgb(a)), _luminance(_rgb(b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def check_accent(accent: str) -> AccentVerdict:
    """Judge an accent colour given as hex. Raises ValueError when it is not a hex colour."""
    colour = _hex(_rgb(accent))
    on_paper, white_text = contrast_ratio(colour, PAPER_LIGHT), contrast_ratio(colour, _WHITE)
    return AccentVerdict(
        ok=min(on_paper, white_text) >= REQUIRED_RATIO,
        ratio_on_paper=on_paper,
        ratio_white_text=white_text,
        proposal_light=_nearest(colour, PAPER_LIGHT, -_STEP),
        proposal_dark=_nearest(colour, PAPER_DARK, _STEP),
    )


def brand_css(accent: str) -> str:
    """Return the stylesheet of an office with this accent: the custom properties that `theme.css` reads.

    The colours are corrected if they must be, so that an old brand can never make a page unreadable.
    Raises ValueError when the accent is not a hex colour.
    """
    verdict = check_accent(accent)
    return f":root {{ --brand-accent: {verdict.proposal_light}; --brand-accent-dark: {verdict.proposal_dark}; }}\n"


def _nearest(colour: str, paper: str, step: float) -> str:
    """Move the lightness step by step until the colour is readable on the paper."""
    lightness, chroma, hue = _to_oklch(_rgb(colour))
    candidate = colour
    while contrast_ratio(candidate, paper) < REQUIRED_RATIO:
        lightness = min(max(lightness + step, 0.0), 1.0)
        candidate = _hex(_from_oklch(lightness, chroma, hue))
    return candidate


def _rgb(colour: str) -> _Rgb:
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        raise ValueError(f"not a hex colour such as #9A4A22: {colour!r}")
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02X}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _luminance(rgb: _Rgb) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    red, green, blue = (_linear(part) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(rgb: _Rgb) -> _Rgb:
    """sRGB to OKLCH (lightness 0-1, chroma, hue in radians); matrices of Ottosson's OKLab."""
    red, green, blue = (_linear(part) for part in rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> _Rgb:
    """OKLCH to sRGB; chroma is lowered until the colour exists on a screen, so that the hue stays."""
    rgb = _oklch_to_rgb(lightness, chroma, hue)
    while chroma > 0.001 and not all(-0.001 <= part <= 1.001 for part in rgb):
        chroma -= 0.002
        rgb = _oklch_to_rgb(lightness, max(chroma, 0.0), hue)
    return rgb


def _oklch_to_rgb(lightness: float, chroma: float, hue: float) -> _Rgb:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )
