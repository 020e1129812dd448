"""About the data: what is counted, how places are graded, sources, licences and known gaps."""

from collections.abc import Iterable

import streamlit as st

from geo.filter import ProjectFilter
from geo.vocabulary import Grade, Phase, Sector
from layers.wording import place_name
from ui.desk import desk
from ui.notices import problem_notice
from ui.tables import table
from ui.text import html

COUNTED_BOXES = (1, 3, 4)
here = desk()
words, data, language = here.words, here.data, here.words.language
everything = ProjectFilter()
placed = sum(project.placed for project in data.projects)


def counted(facet: str, codes: Iterable[str]) -> None:
    """Draw how many projects each code of a facet holds, with the total."""
    counts = data.index.counts(facet, everything)  # type: ignore[arg-type]
    rows = [(words(f"{facet}.{code}"), counts[code]) for code in codes]
    rows.append((words("about.total"), sum(counts.values())))
    st.html(table([words(f"filter.{facet}"), words("about.count")], rows, caption=words(f"about.by_{facet}")))


intro = words(
    "about.intro",
    projects=len(data.projects),
    mentions=sum(len(p.mentions) for p in data.projects),
    elements=len(data.elements),
    placed=placed,
    unplaced=len(data.projects) - placed,
)
in_boxes = [p for p in data.projects if any(mention.box in COUNTED_BOXES for mention in p.mentions)]
boxes = words(
    "about.boxes",
    projects=len(in_boxes),
    mentions=sum(mention.box in COUNTED_BOXES for p in in_boxes for mention in p.mentions),
    others=len(data.projects) - len(in_boxes),
)
plan = data.district.plan
version = words("about.version", version=data.version, number=plan.number, date=words.date(plan.date))
rules = [words("about.rule_currency", month=words.month(plan.date))]
rules += [words(f"about.rule_{rule}") for rule in ("boundary", "sector")] + [words("about.offline")]
st.html(
    html(
        '<div class="prose"><p>{intro}</p><p>{boxes}</p><p>{version}</p><h2>{title}</h2><ul>{rules}</ul></div>',
        intro=intro,
        boxes=boxes,
        version=version,
        title=words("about.rules"),
        rules=html("").join(html("<li>{rule}</li>", rule=rule) for rule in rules),
    )
)
problem_notice(words, data.problems, title="problem.data_title")
if not data.problems:
    st.caption(words("about.no_problems"))

grades = data.index.counts("grade", everything)
st.html(
    table(
        [words("about.grade"), words("about.count"), words("about.meaning")],
        [(words(f"grade.{grade}"), grades[grade], words(f"about.grade_{grade}")) for grade in Grade],
        caption=words("about.grades"),
    )
)
left, middle, right = st.columns(3)
with left:
    counted("phase", Phase)
with middle:
    counted("sector", Sector)
with right:
    places = data.index.counts("place", everything)
    rows = [(place_name(data, words, code), count) for code, count in places.items()]
    st.html(table([words("filter.place"), words("about.count")], rows, caption=words("about.by_group")))
    st.caption(words("about.group_note"))
st.html(
    table(
        [words(f"about.{column}") for column in ("data", "source", "licence", "edits", "gaps")],
        [
            [getattr(s, part).in_language(language) for part in ("title", "source", "licence", "edits", "gaps")]
            for s in data.sources
        ],
        caption=words("about.sources"),
    )
)
