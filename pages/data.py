"""The data of record: places to verify, editing, import, and what has changed."""

from streamlit.delta_generator import DeltaGenerator

from ui.changes import changed_sites, changes_panel
from ui.desk import Desk, put_on_stage
from ui.detail import detail
from ui.edit_panel import edit_panel
from ui.filter_row import filter_row
from ui.import_crs import shift_note
from ui.import_panel import import_panel
from ui.import_sketch import sites_of_import
from ui.notices import empty_notice, problem_notices
from ui.project_table import worklist_table
from ui.tasks import task, task_bar

TASK = task()
UNDER_THE_MAP = {"edit": None, "import": shift_note}
SITES = {"import": sites_of_import, "changes": changed_sites}


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the filters above, and the task where other pages have their panel."""
    with filters:
        problem_notices(desk)
        task_bar(desk, TASK)
        if TASK == "verify":
            filter_row(desk)
    with panel:
        match desk.state.task:
            case "edit":
                edit_panel(desk)
            case "import":
                import_panel(desk)
            case "changes":
                changes_panel(desk)
            case _:
                empty_notice(desk)
                worklist_table(desk)


put_on_stage(
    around_the_map,
    under_the_map=UNDER_THE_MAP.get(TASK, detail),
    sites=SITES.get(TASK),
    edited=TASK == "edit",
    imports=TASK == "import",
)
