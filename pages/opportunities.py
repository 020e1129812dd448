"""Opportunities: what the plan leaves open to an investor, a card a site; most of them have no place on the map."""

from streamlit.delta_generator import DeltaGenerator

from ui.desk import Desk, put_on_stage
from ui.detail import detail
from ui.filter_row import filter_row
from ui.notices import empty_notice, problem_notices
from ui.opportunity_cards import opportunity_board, shown_opportunities
from ui.opportunity_choices import opportunity_choices


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the filters above, and the choices and the cards where other pages have their panel."""
    with filters:
        problem_notices(desk)
        filter_row(desk)
    with panel:
        opportunity_choices(desk)
        empty_notice(desk)
        opportunity_board(desk)


put_on_stage(around_the_map, under_the_map=detail, sites=shown_opportunities)
