"""The settings: from the file and the environment, and what is said where one of them cannot be used."""

import errno
import os
import re
import socket
import sqlite3
from pathlib import Path

import pytest

from geo.settings import FILE_VARIABLE, Settings, SettingsError, settings
from geo.store.current import RecordOfFiles
from geo.store.database import connect, database_url, migrate, schema_of, writing
from geo.store.model import SCHEMA
from server.__main__ import COMMANDS, main
from server.check import faults_of_record
from server.listening import fault_of_port
from server.office import this_office
from server.reference import __main__ as reference
from server.run import _stay_at_the_root
from tests.districts.test_demo import DEMO


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for ``settings.toml``, named in the environment; nothing else of ours is set there."""
    for name in ("XIGANG_STATE_DIR", "XIGANG_DATA_DIR", "XIGANG_DATABASE_URL", "TIANDITU_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path))
    (tmp_path / "settings.toml").touch()
    return tmp_path


def said(folder: Path, text: str = "") -> str:
    """Return what is said of a file with this text."""
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        settings()
    return str(caught.value)


def test_a_variable_wins_over_the_file_and_an_empty_one_does_not(place, monkeypatch):
    (place / "settings.toml").write_text('port = 8600\nsession_hours = 2\nbase_path = "/xigang/"', encoding="utf-8-sig")
    monkeypatch.setenv("XIGANG_PORT", "8700")
    monkeypatch.setenv("XIGANG_SESSION_HOURS", "")
    assert (settings().port, settings().session_hours, settings().base_path) == (8700, 2.0, "xigang")


def test_a_folder_in_the_file_is_taken_from_where_the_file_lies(place):
    (place / "settings.toml").write_text('state_dir = "数据 state"', encoding="utf-8")
    assert settings().state_dir == place / "数据 state"
    assert settings().logs == place / "数据 state" / "logs"


def test_an_empty_folder_in_the_file_is_not_set(place):
    (place / "settings.toml").write_text('state_dir = ""\nlog_dir = ""\n')
    assert (settings().state_dir, settings().log_dir) == (Settings().state_dir, None)
    assert this_office().state == settings().state_dir, "where a backup looks is where the app writes"


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("port = 80000", "1 到 65535", "1 to 65535"),
        ('port = "http"', "1 到 65535", "1 to 65535"),
        ("session_hours = 0", "大于 0", "above 0"),
        ('address = "10.1.2"', "监听地址", "the address to listen at"),
        ('base_path = "xi gang"', "代理下的路径", "the path under the proxy"),
        ('frame_ancestors = ["javascript:alert(1)"]', "可嵌入", "may embed"),
        ('frame_ancestors = ["none", "self"]', "可嵌入", "may embed"),
        ("frame_ancestors = []", "可嵌入", "may embed"),
        ("log_files = 0", "1 到 1000", "1 to 1000"),
        ("state_dir = 3", "文件夹", "a folder"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_by_its_key_in_both_languages(place, line, zh, en):
    told = said(place, line)
    key = line.split(" = ")[0]
    assert str(place / "settings.toml") in told and f"settings.toml, {key} = " in told
    assert zh in told and en in told


def test_all_that_is_wrong_is_told_at_once_and_where_each_stands(place, monkeypatch):
    monkeypatch.setenv("XIGANG_LOG_FILE_MB", "much")
    told = said(place, 'sesion_hours = 8\nport = 0\ncolour = "red"')
    lines = told.splitlines()
    assert len(lines) == 5
    assert any(line.startswith("settings.toml, sesion_hours:") and "session_hours" in line for line in lines)
    assert any(line.startswith("settings.toml, port = 0") for line in lines)
    assert any(line.startswith("settings.toml, colour:") and "did you mean" not in line for line in lines)
    assert any(line.startswith("XIGANG_LOG_FILE_MB = 'much'") for line in lines)


@pytest.mark.parametrize(
    ("key", "value"), [("database_url", "mysql://u:kept-secret@h/x"), ("tianditu_key", "kept-secret!")]
)
def test_no_secret_is_shown_where_it_cannot_be_used(place, monkeypatch, key, value):
    assert "kept-secret" not in (told := said(place, f'{key} = "{value}"')) and f"{key} = ***" in told
    (place / "settings.toml").write_text("")
    monkeypatch.setenv({"tianditu_key": "TIANDITU_KEY"}.get(key, "XIGANG_DATABASE_URL"), value)
    with pytest.raises(SettingsError) as caught:
        settings()
    assert "kept-secret" not in str(caught.value)


def test_the_key_of_a_base_map_is_not_shown_where_its_table_is_no_list(place):
    assert "kept-secret" not in (told := said(place, '[tiles]\nid = "a"\nkey = "kept-secret"')) and "[[tiles]]" in told


def test_a_password_among_a_databases_options_is_not_shown(place, capsys):
    options = "password=kept-secret&sslpassword=kept-too&sslmode=require"
    (place / "settings.toml").write_text(
        f'state_dir = "s"\ndatabase_url = "postgresql://map@127.0.0.1:1/xigang?{options}"'
    )
    code, told = checked(capsys)
    assert code == 2 and "kept" not in told and "password=***" in told and "sslmode=require" in told
    [problem] = RecordOfFiles(DEMO, database_url()).dataset().problems
    assert problem.code == "store_unavailable" and "kept" not in problem.where, "which the pages show"


def test_a_file_of_settings_named_from_where_one_stands_is_that_one_also_at_the_start(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setenv(FILE_VARIABLE, "settings.toml")
    (place / "settings.toml").write_text("port = 8612")
    _stay_at_the_root()
    assert settings().port == 8612


def test_a_file_that_is_not_toml_and_one_that_is_not_there_are_told(place, monkeypatch):
    assert "UTF-8" in (told := said(place, "port = = 8600")) and "line 1" in told
    (place / "settings.toml").write_bytes("# 端口\nport = 8600".encode("gbk"))
    with pytest.raises(SettingsError, match="UTF-8"):
        settings()
    monkeypatch.setenv(FILE_VARIABLE, str(place / "setings.toml"))
    with pytest.raises(SettingsError, match=r"XIGANG_SETTINGS.*setings\.toml"):
        settings()


def checked(capsys, *arguments: str) -> tuple[int, str]:
    """Return the exit code of ``python -m server check`` and what it printed."""
    code = main([*arguments, "check"])
    return code, "".join(capsys.readouterr())


def test_the_check_finds_what_could_not_be_used_and_hides_the_password(place, capsys, monkeypatch):
    (place / "state").write_text("a file where a folder should be")
    (place / "settings.toml").write_text(
        'state_dir = "state"\ndata_dir = "nowhere"\ntemplate_dir = "none"\n'
        'database_url = "postgresql://map:kept-secret@127.0.0.1:1/xigang"'
    )
    monkeypatch.setenv("XIGANG_DATADIR", "/x")
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "xigang")
    code, told = checked(capsys)
    assert code == 2 and "kept-secret" not in told
    for part in ("state_dir (XIGANG_STATE_DIR)", "data_dir (XIGANG_DATA_DIR)", "template_dir", "database_url",
                 "“XIGANG_DATA_DIR”", "XIGANG_BASE_PATH", "设置有误"):  # fmt: skip
        assert part in told


def tables(place: Path, to: str | None = None) -> str | None:
    """Return which tables a record has, once it was brought to those of another release."""
    engine = connect(f"sqlite:///{place}/state/record.sqlite")
    with writing(engine) as connection:
        if to:
            migrate(connection, to)
        found = schema_of(connection)
    engine.dispose()
    return found


def test_the_check_leaves_the_tables_of_an_older_release_to_it_and_the_start_brings_them_up(place, capsys):
    (place / "settings.toml").write_text('state_dir = "state"\n')
    assert tables(place, "0001") == "0001" != SCHEMA
    assert checked(capsys)[0] == 0 and tables(place) == "0001", "an older release may run on this database"
    assert list(faults_of_record(to_run=True)) == [] and tables(place) == SCHEMA


def test_a_record_of_a_newer_release_is_told_in_words(place, capsys):
    (place / "settings.toml").write_text('state_dir = "state"\n')
    tables(place, "head")
    with sqlite3.connect(place / "state" / "record.sqlite") as record:
        record.execute("UPDATE alembic_version SET version_num = '9001'")
    code, told = checked(capsys)
    assert code == 2 and "更新的版本（数据表 9001" in told and "of a newer release (tables 9001" in told
    assert "newer release" in "".join(faults_of_record(to_run=True))


def test_the_check_shows_what_is_used_and_starts_nothing(place, tmp_path, capsys, monkeypatch):
    file = tmp_path / "office.toml"
    file.write_text('port = 8600\ntianditu_key = "keptsecret"\nstate_dir = "state"')
    monkeypatch.setenv(FILE_VARIABLE, "")  # set anew by --settings, and taken back after the test
    code, told = checked(capsys, "--settings", str(file))
    assert code == 0 and str(file) in told and "port = 8600\n" in told and "session_hours = 8  (" in told
    assert "keptsecret" not in told and "tianditu_key = ***" in told
    logs, frames = f"log_dir = {tmp_path / 'state' / 'logs'}  (", "frame_ancestors = self  ("
    for line in (logs, frames, "public_tiles = true  (", "address = —  (", "tiles = —  ("):
        assert f"  {line}" in told


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_the_check_as_root_names_what_the_services_user_cannot_have(place, capsys):
    (place / "settings.toml").write_text('state_dir = "state"\n')
    state, backups = place / "state", place / "backups"
    for folder in (state, backups):
        folder.mkdir()
    os.chown(state, 4321, 4321)
    (state / "editors.json").write_text("{}")
    code, told = checked(capsys)
    doubted = [line.split(": ")[0] for line in told.splitlines() if line.startswith("! ")]
    assert code == 0 and doubted == [f"! {state / 'editors.json'}", f"! {backups}"], told
    os.chown(backups, 4321, 4321)
    (state / "editors.json").write_text("no list")
    code, told = checked(capsys)
    assert "nobody can sign in" in told and str(backups) not in told
    log = state / "logs" / "xigang-8501.log"
    log.touch()
    assert f"! {log}: " in checked(capsys)[1]


def test_a_log_that_cannot_be_written_to_is_told_before_the_start(place, capsys, monkeypatch):
    (place / "settings.toml").write_text('state_dir = "state"\nport = 8612')
    log = place / "state" / "logs" / "xigang-8612.log"
    log.parent.mkdir(parents=True)
    log.touch()
    may = os.access
    monkeypatch.setattr("server.check.os.access", lambda path, how: path != log and may(path, how))  # root may all
    code, told = checked(capsys)
    assert code == 2 and str(log) in told and "log_dir (XIGANG_LOG_DIR)" in told and "chown" in told


@pytest.mark.parametrize(
    ("address", "said"), [("localhst.invalid", "no host of this name"), ("192.0.2.7", "no address of this machine")]
)
def test_an_address_that_is_not_this_machines_is_told_before_the_start(place, capsys, address, said):
    (place / "settings.toml").write_text(f'state_dir = "state"\naddress = "{address}"')
    code, told = checked(capsys)
    assert code == 2 and address in told and said in told


def test_a_port_that_is_taken_is_told_and_one_that_is_free_is_not(place):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        (place / "settings.toml").write_text(f"port = {port}")
        [told] = fault_of_port(settings(), patience_s=0)
        assert f"= {port}" in told and "端口被占用" in told and "the port is taken" in told
    assert fault_of_port(settings()) == []


@pytest.mark.parametrize("path", [r"D:\xigang\data", r"D:\Users\map", r"D:\temp"])
def test_a_windows_path_between_double_quotes_is_told_how_to_be_written(place, path):
    assert "between single quotes" in (told := said(place, f'data_dir = "{path}"')) and "单引号" in told
    assert "single quotes" not in said(place, "port = = 1")
    (place / "settings.toml").write_text(f"data_dir = '{path}'")
    assert str(settings().data_dir).endswith(path)


def test_a_key_that_has_got_into_a_base_map_is_told_where_it_belongs(place):
    tiles = '[[tiles]]\nid = "a"\nname = "图"\nurl = "http://h/{z}/{x}/{y}.png"\nattribution = "局"\n'
    assert "above the first [[tiles]]" in said(place, f"{tiles}port = 8600\n")
    assert "above the first [[tiles]]" not in said(place, f"{tiles}colour = 1\n")


@pytest.mark.parametrize("text", ["port = = 1", 'port = "http"', "state_dir = 3"])
@pytest.mark.parametrize("arguments", [["backup"], ["move", "sqlite"], ["restore", "none.zip"], ["upgrade", "."]])
def test_every_command_says_of_wrong_settings_what_to_do(place, capsys, arguments, text):
    (place / "settings.toml").write_text(text)
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert str(place / "settings.toml") in told or arguments[0] == "upgrade"
    assert re.search("[一-鿿]{2}", told)


def test_the_command_for_reference_data_says_of_wrong_settings_and_of_a_full_disk_what_is_wrong(
    place, capsys, monkeypatch
):
    (place / "settings.toml").write_text('port = "http"')
    assert reference.main(["list"]) == 2 and str(place / "settings.toml") in capsys.readouterr().err
    (place / "settings.toml").write_text("")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(reference.folder, "make_copy", full)
    assert reference.main(["init"]) == 1
    told = capsys.readouterr().out
    assert "没有完成" in told and "It was not done" in told and "No space left" in told


def test_who_has_not_named_the_copy_of_the_data_hears_of_its_line_again(place, capsys):
    for _ in range(2):
        assert reference.main(["init", str(place / "own")]) == 0
        told = capsys.readouterr().out
        assert str(place / "settings.toml") in told and f"data_dir = '{place / 'own'}'" in told
    (place / "other").mkdir()
    (place / "other/notes.txt").write_text("kept")
    assert reference.main(["init", str(place / "other")]) == 1
    assert [each.name for each in (place / "other").iterdir()] == ["notes.txt"]


def test_data_that_are_not_there_are_told_with_the_file_that_names_them(place, capsys):
    (place / "settings.toml").write_text('state_dir = "state"\ndata_dir = "nowhere"')
    code, told = checked(capsys)
    assert code == 2 and str(place / "settings.toml") in told and "data_dir" in told


def test_the_help_names_every_option_of_the_start_and_every_other_command(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    said = set(capsys.readouterr().out.replace(",", "").split())
    assert {"--port", "--settings", "--no-browser", *COMMANDS} - {"run"} <= said
