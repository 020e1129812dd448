"""A project across the two plans: what came of the one before, what this one says; every mention verbatim."""

from collections.abc import Sequence

from markupsafe import Markup

from geo.names import name_in
from geo.phase import stated_phase
from geo.project import Mention, Project
from layers.library_rows import plans_of, state_in_words
from layers.wording import mention_place, mention_printed_under, plan_terms
from ui.desk import Desk
from ui.text import chinese, html, joined


def timeline(desk: Desk, project: Project) -> Markup:
    """Return both plans as two steps, each with its state and its mentions; nothing where neither names the project."""
    words = desk.words
    if not project.mentions:
        return Markup("")
    before, ahead = plans_of(desk.data, project)
    terms = plan_terms(words, desk.data.district)
    steps = [
        _step(desk, words("library.plan_before", **terms), before),
        _step(desk, words("library.plan_ahead", **terms), ahead),
    ]
    return html(
        '<h3>{title}</h3><ol class="timeline">{steps}</ol>', title=words("detail.mentions"), steps=joined(steps)
    )


def _step(desk: Desk, period: str, mentions: Sequence[Mention]) -> Markup:
    words = desk.words
    if not mentions:
        return html(
            '<li class="is-empty"><span class="period">{period}</span><span class="state">{state}</span></li>',
            period=period,
            state=words("library.not_named"),
        )
    items = [
        html(
            '<li><span class="verbatim" lang="zh">{name}</span><span class="note">{source}</span></li>',
            name=mention.name,
            source=_source(desk, mention),
        )
        for mention in mentions
    ]
    return html(
        '<li><span class="period">{period}</span><span class="state">{state}</span><ul>{items}</ul></li>',
        period=period,
        state=state_in_words(words, mentions),
        items=joined(items),
    )


def _source(desk: Desk, mention: Mention) -> Markup:
    """Return where a mention stands in the plan: its box and heading, or its chapter and section."""
    parts = [html("{text}", text=mention_place(desk.data, desk.words, mention))]
    parts += [_printed(desk, mention, part) for part in mention_printed_under(mention)]
    return Markup(" · ").join(parts)


def _printed(desk: Desk, mention: Mention, part: str) -> Markup:
    """Return a group or heading of the plan, in other languages behind its translation where there is one."""
    words, language = desk.words, desk.words.language
    shown = chinese(part, language)
    phase = stated_phase(mention) if part == mention.heading else None
    group = next((g for g in desk.data.district.groups if g.name == part), None)
    if language == "zh" or not (phase or group):
        return shown
    translated = words(f"phase.{phase}") if phase else name_in(language, part, group.names if group else {})
    return html("{translated} ({shown})", translated=translated, shown=shown)
