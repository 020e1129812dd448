"""What the log says: every act with its time and person, in files that are turned over, and no secret."""

import json
import logging
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
import streamlit as st
from sqlalchemy import create_engine, text

from geo.audit_log import tell
from geo.settings import Settings
from geo.store.author import Author, NotAllowedError, Role
from geo.store.changes import ConflictError, Edit, Kind, Source
from geo.store.record import with_values
from geo.store.store import Store
from server.logs import log_error, start_log
from tests.app.test_login import PASSWORD, WANG, bare, clock, editors, oidc, sign_in, with_user  # noqa: F401
from tests.app.test_pages import ROOT, open_app
from tests.test_architecture import SHIPPED_PYTHON, name_of

DB_PASSWORD = 'p@ss"w/ö rd密'
URL = f"postgresql://map:{quote(DB_PASSWORD, safe='')}@127.0.0.1:1/xigang"
EDITOR, ADMIN = Author("李四", Role.EDITOR), Author("张三", Role.ADMIN)
FROM = {"address": "10.1.2.3"}
SITE = "zhongrui-plaza"


class Log:
    """The log of this test's own."""

    def __init__(self, folder):
        self.folder = folder

    def start(self, *secrets, **settings):
        start_log(Settings(log_dir=self.folder, port=8599, **settings), secrets)

    def text(self):
        return (self.folder / "xigang-8599.log").read_text(encoding="utf-8")

    def lines(self):
        return [json.loads(line) for line in self.text().splitlines()]

    def acts(self):
        """Return what was told of, without what every line has, which is looked at here."""
        told = [line for line in self.lines() if line["event"] != "message"]
        for line in told:
            age = datetime.now(UTC) - datetime.fromisoformat(line.pop("time"))
            assert 0 <= age.total_seconds() < 60 and line.pop("process") and line.pop("level") == "info"
        return told


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(type(st.context), "ip_address", f"::ffff:{FROM['address']}")
    root, others = logging.root, [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
    before = {each: (each.handlers[:], each.propagate, each.level) for each in [root, *others]}
    root.handlers = []
    log = Log(tmp_path / "logs")
    log.start()
    yield log
    logging.captureWarnings(False)
    for handler in root.handlers:
        handler.close()
    for each, (handlers, each.propagate, level) in before.items():
        each.handlers = handlers
        each.setLevel(level)


# ---- who did what ----


def test_signing_in_and_out_and_being_refused(log, editors):  # noqa: F811
    app = bare()
    sign_in(app, password="a wrong password")
    sign_in(app, name=PASSWORD, password="张三")  # in the wrong fields: the name of nobody is not told
    sign_in(app)
    app.button(key="login_out").click().run()
    assert log.acts() == [
        {"event": "sign-in refused", "author": "张三", **FROM, "why": "wrong"},
        {"event": "sign-in refused", "author": "", **FROM, "why": "wrong"},
        {"event": "signed in", "author": "张三", **FROM, "role": "editor"},
        {"event": "signed out", "author": "张三", **FROM, "why": "asked"},
    ]
    assert "horse" not in log.text() and "a wrong" not in log.text()


def test_a_session_that_is_over_is_told_of(log, editors, clock):  # noqa: F811
    app = sign_in(bare())
    clock.now += 9 * 3600
    app.run()
    app.run()
    assert [(act["event"], act.get("why")) for act in log.acts()] == [("signed in", None), ("signed out", "expired")]


def test_the_offices_login_is_told_of_once_a_session(log, oidc, editors):  # noqa: F811
    known = with_user(bare(), **WANG)
    known.run()
    with_user(bare(), **WANG | {"email": "stranger@office.example"})
    assert [(act["event"], act["author"], act.get("role"), act.get("why")) for act in log.acts()] == [
        ("signed in", "wang@office.example", "admin", None),
        ("sign-in refused", "stranger@office.example", None, "unknown"),
    ]


def test_where_rights_change_meanwhile_or_the_list_cannot_be_read_the_log_tells_it(log, oidc, editors):  # noqa: F811
    app = with_user(bare(), **WANG)
    editors.set_disabled(WANG["email"], True)
    app.run().run()
    editors.set_disabled(WANG["email"], False)
    app.run()
    editors.path.write_text("no list", encoding="utf-8")
    app.run()
    assert [(act["event"], act["author"].lower(), act.get("why")) for act in log.acts()] == [
        ("signed in", "wang@office.example", None),
        ("sign-in refused", "wang@office.example", "unknown"),
        ("signed in", "wang@office.example", None),
        ("sign-in refused", "wang@office.example", "unreadable"),
    ]


@pytest.fixture
def store(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite'}")
    store.follow(ROOT / "data")
    return store


def edit(store, project_id=SITE, sector="health"):
    entry = store.entry(project_id)
    return Edit(project_id, with_values(entry.record, [("sector", sector)]), entry.version)


def test_every_change_is_told_of_once_it_stands(log, store):
    first = store.save(EDITOR, [edit(store)], why="据实测")
    several = [edit(store, each, "culture") for each in list(store.entries())[:12]]
    imported = store.save(EDITOR, several, why="台账", kind=Kind.IMPORT, source=Source("台账.xlsx", "0" * 64))
    undone = store.undo(EDITOR, imported.id, why="弄错了")
    restored = store.restore(ADMIN, first.id - 1, why="回到原样")
    changed = sorted(one.project_id for one in several)
    told = log.acts()
    assert [(act["event"], act["author"], act["kind"], act["change"]) for act in told] == [
        ("changed", "李四", "edit", first.id),
        ("changed", "李四", "import", imported.id),
        ("changed", "李四", "undo", undone.id),
        ("changed", "张三", "restore", restored.id),
    ]
    assert (told[0]["projects"], told[0]["ids"]) == (1, [SITE])
    assert told[1]["projects"] == len({one.project_id for one in store.revisions(after=first.id, until=imported.id)})
    assert told[1]["file"] == "台账.xlsx" and set(told[1]["ids"]) <= set(changed) and len(told[1]["ids"]) == 10
    assert (told[2]["of"], told[3]["of"], told[3]["ids"]) == (imported.id, first.id - 1, [SITE])


def test_what_was_not_saved_is_not_told_of(log, store):
    seen = edit(store)
    store.save(EDITOR, [seen], why="一")
    with pytest.raises(ConflictError):
        store.save(EDITOR, [Edit(SITE, seen.record | {"geometry": None}, seen.base_version)], why="二")
    with pytest.raises(NotAllowedError):
        store.restore(EDITOR, 1, why="三")
    assert store.save(EDITOR, [edit(store)], why="没有变化") is None
    assert len(log.acts()) == 1


def test_a_file_is_told_of_when_it_is_taken_and_by_whom(log, editors, monkeypatch):  # noqa: F811
    offered = {}
    monkeypatch.setattr(st, "download_button", lambda label, make, **how: offered.update({how["file_name"]: make}))
    app = sign_in(open_app("pages/opportunities.py"))
    assert not app.exception and len(log.acts()) == 1, "offering a file is no export"
    name, make = next((name, make) for name, make in offered.items() if name.endswith(".xlsx"))
    content = make()
    assert content.startswith(b"PK")
    assert log.acts()[1:] == [{"event": "exported", "author": "张三", **FROM, "file": name, "bytes": len(content)}]


def test_no_page_offers_a_file_past_the_log():
    offering = [name_of(path) for path in SHIPPED_PYTHON if "st.download_button" in path.read_text(encoding="utf-8")]
    assert offering == ["ui/download.py"]


# ---- its files ----


def test_files_are_turned_over_and_their_number_is_bounded(log):
    log.start(log_file_mb=0.01, log_files=2)
    for number in range(300):
        tell("exported", author="张三", file=f"{number}.png")
    files = sorted(log.folder.iterdir())
    assert [file.name for file in files] == ["xigang-8599.log", "xigang-8599.log.1", "xigang-8599.log.2"]
    newest_first = [[json.loads(line)["file"] for line in file.read_text("utf-8").splitlines()] for file in files]
    told = [name for names in reversed(newest_first) for name in names]
    assert told == [f"{number}.png" for number in range(300 - len(told), 300)] and len(told) > 100
    assert all(file.stat().st_size <= 10_100 for file in files)
    assert all(file.stat().st_mode & 0o007 == 0 for file in files), "for others than the office's own"


def test_two_processes_keep_files_of_their_own(log):
    start_log(Settings(log_dir=log.folder, port=8600))
    tell("started")
    assert {file.name for file in log.folder.iterdir()} == {"xigang-8599.log", "xigang-8600.log"}


# ---- no secrets ----


def test_no_secret_gets_in_by_any_way(log, capfd):
    log.start("oidc-client-secret", database_url=f"{URL}?sslpassword=key-password", tianditu_key="0123abc")
    logging.getLogger("some.library").warning("connecting to %s", URL)
    logging.getLogger("some.library").error("tried %r with %s", DB_PASSWORD, ["oidc-client-secret"])
    tell("exported", file=f"{DB_PASSWORD}.png", parts=["0123abc", 123], path="?tk=0123abc&k=key-password")
    try:
        create_engine(f"postgresql+psycopg{URL.removeprefix('postgresql')}").connect().execute(text("SELECT 1"))
    except Exception as error:
        log_error(error)
    try:
        raise ValueError(f"{URL} and {DB_PASSWORD}")
    except ValueError as error:
        log_error(error)
    for told in (log.text(), capfd.readouterr().err):
        for secret in (DB_PASSWORD, quote(DB_PASSWORD, safe=""), json.dumps(DB_PASSWORD)[1:-1], "oidc-client-secret",
                       "0123abc", "key-password"):  # fmt: skip
            assert secret not in told
    lines = log.lines()
    assert lines[2]["parts"] == ["***", 123] and "***@127.0.0.1" in lines[0]["message"]
    assert "ValueError" in lines[-1]["traceback"] and lines[-1]["error"] == "ValueError"


def test_a_secret_of_digits_leaves_the_lines_whole(log):
    log.start(database_url="postgresql://map:1@host/xigang")
    tell("exported", bytes=111)
    assert log.lines()[-1]["bytes"] == 111
