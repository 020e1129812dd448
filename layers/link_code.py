"""A link as a QR code, for a telephone's camera."""

from functools import lru_cache

import segno

from layers import style

QUIET_ZONE = 4


@lru_cache(maxsize=64)
def qr_svg(link: str) -> str | None:
    """Return the link as an inline SVG that scales with its box, None where it is too long for a code.

    Error correction is M, so that a stain or a fold of 15 % does no harm.
    """
    try:
        code = segno.make_qr(link, error="m", boost_error=False)
    except segno.DataOverflowError:
        return None
    return code.svg_inline(border=QUIET_ZONE, dark=style.TEXT, light="#FFFFFF", omitsize=True)
