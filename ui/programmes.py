"""The district-wide programmes of the plan's boxes, in a list of their own: named, not counted among the projects."""

from itertools import groupby

import streamlit as st
from markupsafe import Markup

from geo.names import name_in
from geo.programmes import Programme
from layers.wording import ranges_in_words
from ui.desk import Desk
from ui.text import chinese, html, joined


def programmes(desk: Desk) -> None:
    """Draw the programmes box by box, each name verbatim."""
    words, listed = desk.words, desk.data.programmes
    if not listed:
        st.info(words("library.no_programmes"))
        return
    boxes = [_box(desk, number, list(its)) for number, its in groupby(listed, key=lambda each: each.box)]
    st.html(
        html(
            '<section class="programmes" tabindex="0" aria-label="{title}"><p>{note}</p>{boxes}</section>',
            title=words("library.programmes"),
            note=words("library.programmes_note", n=len(listed), boxes=ranges_in_words(words, {p.box for p in listed})),
            boxes=joined(boxes),
        )
    )


def _box(desk: Desk, number: int, listed: list[Programme]) -> Markup:
    words, language = desk.words, desk.words.language
    box = desk.data.district.boxes.get(number)
    title = name_in(language, listed[0].box_title, box.titles if box else {})
    return html(
        "<h3>{title}{verbatim} <span class='note'>{n}</span></h3><ol>{items}</ol>",
        title=words("mention.box", box=number, title=title),
        verbatim="" if language == "zh" else html(" {name}", name=chinese(listed[0].box_title, language)),
        n=words("library.programmes_n", n=len(listed)),
        items=joined([_item(desk, programme) for programme in listed]),
    )


def _item(desk: Desk, programme: Programme) -> Markup:
    language = desk.words.language
    name = html("{name}", name=chinese(programme.name, language))
    if language != "zh":
        name = html('{translated}<span class="note">{name}</span>', translated=programme.name_in(language), name=name)
    same = next((p for p in desk.data.projects if any(_is_same(m.box, m.name, programme) for m in p.mentions)), None)
    counted = html('<span class="note">{t}</span>', t=desk.words("library.also_project")) if same else ""
    return html('<li value="{number}">{name}{counted}</li>', number=programme.number, name=name, counted=counted)


def _is_same(box: int | None, name: str, programme: Programme) -> bool:
    return box == programme.box and name == programme.name
