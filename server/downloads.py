"""Files made for a download: kept until the reader's browser has fetched them."""

import time
from typing import Final

from streamlit.runtime import Runtime
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.starlette import App

KEPT_S: Final = 60.0


class LastingFiles(MemoryMediaFileStorage):
    """Streamlit's store of files, in which one that is given up can still be fetched for a minute.

    Streamlit gives up a file made by a download button as soon as two runs have ended, of whichever sessions. With
    many readers that is within a fraction of a second, often before the browser that was told of the file asks for it.
    Its file manager calls all that changes something under a lock of its own.
    """

    def __init__(self, media_endpoint: str) -> None:
        super().__init__(media_endpoint)
        self._given_up: dict[str, float] = {}

    def load_and_get_id(
        self, path_or_data: str | bytes, mimetype: str, kind: MediaFileKind, filename: str | None = None
    ) -> str:
        """Take in a file, or one again that was given up."""
        file_id = super().load_and_get_id(path_or_data, mimetype, kind, filename)
        self._given_up.pop(file_id, None)
        return file_id

    def delete_file(self, file_id: str) -> None:
        """Give up a file, and delete those whose time is over."""
        now = time.monotonic()
        self._given_up[file_id] = now
        for each in [each for each, since in self._given_up.items() if now - since >= KEPT_S]:
            del self._given_up[each]
            super().delete_file(each)


class AppWithLastingFiles(App):
    """The app, with such a store; Streamlit has no way to ask for one."""

    def _create_runtime(self) -> Runtime:
        runtime = super()._create_runtime()
        runtime.media_file_mgr._storage = LastingFiles("/media")
        return runtime
