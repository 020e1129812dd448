"""A small chart of an element's projects: one row a phase, one symbol a project, shaped and coloured by sector."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from geo.project import Project
from geo.vocabulary import Phase, Sector
from layers import style
from layers.symbols import SHAPES
from layers.words import Words

ROW_PX: Final = 26.0
SYMBOL_PX: Final = 22.0
RADIUS_PX: Final = 6.5
TEXT_PX: Final = 13.0
COUNT_PX: Final = 34.0


def _text_width(text: str) -> float:
    return sum(TEXT_PX if ord(letter) > 0x2E7F else TEXT_PX * 0.56 for letter in text)


def _by_phase(projects: Sequence[Project]) -> dict[Phase, list[Project]]:
    order = list(Sector)
    rows = {phase: [project for project in projects if project.phase is phase] for phase in Phase}
    return {phase: sorted(row, key=lambda p: order.index(p.sector)) for phase, row in rows.items() if row}


def chart_in_words(words: Words, projects: Sequence[Project]) -> str:
    """Return what the chart shows as one sentence."""
    rows = []
    for phase, row in _by_phase(projects).items():
        counts = Counter(project.sector for project in row)
        sectors = [words("structure.chart_sector", sector=words(f"sector.{s}"), n=n) for s, n in counts.items()]
        rows.append(
            words(
                "structure.chart_row", phase=words(f"phase.{phase}"), n=len(row),
                sectors=words("format.list").join(sectors),
            )
        )  # fmt: skip
    return words("structure.chart", counts=words("format.phrases").join(rows))


def _symbol(sector: Sector, x: float, y: float) -> str:
    looks = style.SECTORS[sector]
    points = " ".join(f"{x + px * RADIUS_PX:.1f},{y + py * RADIUS_PX:.1f}" for px, py in SHAPES[looks.shape])
    return (
        f'<polygon points="{points}" fill="{looks.colour}" fill-opacity="{style.FILL_OPACITY}"'
        f' stroke="{looks.outline}" stroke-width="1.4" stroke-linejoin="round"/>'
    )


def phase_chart(words: Words, projects: Sequence[Project], *, width: float = 380) -> Markup:
    """Return the chart as an inline SVG that carries its text alternative.

    Parameters
    ----------
    words : Words
    projects : sequence of Project, (n,)
    width : float, in px of its own frame; it is drawn as wide as its place allows

    Returns
    -------
    Markup, empty where there are no projects
    """
    rows = _by_phase(projects)
    if not rows:
        return Markup("")
    left = max(_text_width(words(f"phase.{phase}")) for phase in rows) + 14
    step = min(SYMBOL_PX, (width - left - COUNT_PX) / max(map(len, rows.values())))
    parts = []
    for i, (phase, row) in enumerate(rows.items()):
        y = (i + 0.5) * ROW_PX
        end = left + len(row) * step
        parts.append(f'<text x="0" y="{y + 4.5:.1f}">{escape(words(f"phase.{phase}"))}</text>')
        parts += [_symbol(project.sector, left + (k + 0.5) * step, y) for k, project in enumerate(row)]
        parts.append(f'<text x="{end + 8:.1f}" y="{y + 4.5:.1f}" font-weight="700">{len(row)}</text>')
    height = len(rows) * ROW_PX
    return Markup(
        f'<svg class="phase-chart" viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="xMinYMin meet"'
        f' role="img" font-size="{TEXT_PX:g}"'
        f' fill="{style.TEXT}" aria-label="{escape(chart_in_words(words, projects))}">{"".join(parts)}</svg>'
    )


def sector_key(words: Words, projects: Sequence[Project]) -> Markup:
    """Return the sectors of the chart with their symbols and counts, in the order of the vocabulary."""
    counts = Counter(project.sector for project in projects)
    items = [
        f'<li><svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">{_symbol(sector, 9, 9)}</svg>'
        f"{escape(words('structure.chart_sector', sector=words(f'sector.{sector}'), n=counts[sector]))}</li>"
        for sector in Sector
        if counts[sector]
    ]
    return Markup(f'<ul class="sector-key">{"".join(items)}</ul>') if items else Markup("")
