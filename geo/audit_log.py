"""Who did what: one line in the log for each act, where the app keeps a log (``server.logs``)."""

import logging
from typing import Final

LOGGER: Final = logging.getLogger("xigang")


def tell(event: str, *, author: str = "", **details: object) -> None:
    """Log an act: what, by whom (empty: somebody who is not signed in), and its details; never a secret."""
    LOGGER.info(event, extra={"author": author, "details": details})


def warn(event: str, **details: object) -> None:
    """Log what whoever runs the app should mend; whoever sits at the console sees it, too."""
    LOGGER.warning(event, extra={"details": details})
