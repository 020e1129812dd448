"""For how long a file is kept that somebody asked for."""

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileKind

from server import downloads
from server.downloads import KEPT_S, LastingFiles


def test_files_are_given_up_in_the_end(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(downloads.time, "monotonic", lambda: now)
    storage = LastingFiles("/media")
    manager = MediaFileManager(storage)
    url = manager.execute_deferred(manager.add_deferred(lambda: b"a,b", "text/csv", "1", "table.csv"))
    manager.clear_session_refs()
    for _ in range(3):
        manager.remove_orphaned_files()
    name = url.rsplit("/", 1)[-1]
    assert storage.get_file(name).content == b"a,b"

    now += KEPT_S / 2
    again = storage.load_and_get_id(b"a,b", "text/csv", MediaFileKind.DOWNLOADABLE, "table.csv")
    now += KEPT_S
    storage.delete_file("another")
    assert again in name and storage.get_file(name).content == b"a,b", "asked for again, its time began anew"

    storage.delete_file(again)
    now += KEPT_S
    storage.delete_file("another")
    assert manager.read_file(name) is None
