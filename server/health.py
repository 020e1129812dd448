"""Whether this process can serve: asked by the proxy, the monitoring and an upgrade."""

from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from geo.release import version
from geo.store.editors.people import Editors

UNREADABLE: Final = "unreadable"


def health(_: Request) -> JSONResponse:
    """Answer 200, or 503 where the record or the district's data cannot be read; a plain function, run in a thread.

    Where the editors' file cannot be read, nobody can sign in, but the map is served: that is told, and is no 503.
    """
    # A second's worth of modules, which the first session needs as well.
    from geo.load import UnreadableDistrictError
    from ui.cache import record

    state: dict[str, object] = {"status": "unavailable", "version": version(), "record": "unavailable"}
    try:
        of_files = record()
        problems = of_files.dataset().problems
        if of_files.store:
            of_files.store.head()
            state |= {
                "status": "ok",
                "record": "ok",
                "data_problems": len(problems),
                "editors": "ok" if Editors().can_be_read() else UNREADABLE,
            }
    except UnreadableDistrictError:
        state["district"] = UNREADABLE
    except (SQLAlchemyError, OSError):
        pass
    return JSONResponse(state, status_code=200 if state["status"] == "ok" else 503)
