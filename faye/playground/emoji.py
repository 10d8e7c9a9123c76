"""What Discord takes for an emoji of Unicode: signs that only look like one are refused in components."""

from itertools import chain

_JOINERS = {0x200D, 0xFE0F, 0x20E3}
_KEYCAPS = frozenset(map(ord, "0123456789#*"))
_CHARS_MAX = 16

# The characters with the property Emoji, in the order of Unicode's emoji-data.txt; from U+1F300 on, in whole ranges.
_SINGLES = (
    "a9 ae 203c 2049 2122 2139 2328 23cf 24c2 25b6 25c0 260e 2611 2618 261d 2620 2626 262a 2640 2642 2663 2668 "
    "267b 2699 26a7 26c8 26d1 26fd 2702 2705 270f 2712 2714 2716 271d 2721 2728 2744 2747 274c 274e 2757 27a1 "
    "27b0 27bf 2b50 2b55 3030 303d 3297 3299 1f004 1f0cf 1f18e 1f21a 1f22f"
)
_RANGES = (
    "2194-2199 21a9-21aa 231a-231b 23e9-23f3 23f8-23fa 25aa-25ab 25fb-25fe 2600-2604 2614-2615 2622-2623 "
    "262e-262f 2638-263a 2648-2653 265f-2660 2665-2666 267e-267f 2692-2697 269b-269c 26a0-26a1 26aa-26ab "
    "26b0-26b1 26bd-26be 26c4-26c5 26ce-26cf 26d3-26d4 26e9-26ea 26f0-26f5 26f7-26fa 2708-270d 2733-2734 "
    "2753-2755 2763-2764 2795-2797 2934-2935 2b05-2b07 2b1b-2b1c 1f170-1f171 1f17e-1f17f 1f191-1f19a "
    "1f1e6-1f1ff 1f201-1f202 1f232-1f23a 1f250-1f251 1f300-1f64f 1f680-1f6ff 1f7e0-1f7f0 1f90c-1f9ff 1fa70-1faff"
)


def _span(text: str) -> range:
    first, last = text.split("-")
    return range(int(first, 16), int(last, 16) + 1)


_EMOJI = frozenset(chain((int(code, 16) for code in _SINGLES.split()), *map(_span, _RANGES.split())))


def is_emoji(text: str) -> bool:
    """Say whether a text is one emoji, joined ones and flags included; `▲`, `✦` and `:heart:` are none."""
    codes = list(map(ord, text))
    if not 1 <= len(codes) <= _CHARS_MAX:
        return False
    if codes[0] in _KEYCAPS:
        return codes[1:] in ([0x20E3], [0xFE0F, 0x20E3])
    tags = range(0xE0020, 0xE0080)
    return codes[0] in _EMOJI and all(c in _EMOJI or c in _JOINERS or c in tags for c in codes)
