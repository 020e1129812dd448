"""Who may sign in: the file of people, its command, and the limit on tries."""

import io
import json
import multiprocessing
import re
import stat
import time

import pytest
from argon2 import PasswordHasher

from geo.store.author import ANYONE, Author, NotAllowedError, Role
from geo.store.editors.__main__ import main
from geo.store.editors.attempts import MOST_KEPT, Attempts
from geo.store.editors.people import MAX_PASSWORD, Editors, EditorsError, EditorsFileError, _nobodys_hash

PASSWORD = "correct horse 电池"


@pytest.fixture
def editors(tmp_path):
    return Editors(tmp_path / "state" / "editors.json")


@pytest.fixture
def zhang(editors):
    editors.add("张三", Role.EDITOR, PASSWORD)
    return editors


def password_set(editors, name="张三"):
    return editors.people()[name].password_set


# ---- roles ----


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.EDITOR, {Role.VIEWER, Role.EDITOR}),
        (Role.ADMIN, {Role.VIEWER, Role.EDITOR, Role.ADMIN}),
    ],
)
def test_each_role_may_do_what_those_below_it_may(role, allowed):
    author = Author("x", role)
    assert {needed for needed in Role if author.may(needed)} == allowed
    for needed in Role:
        if needed in allowed:
            author.require(needed)
        else:
            with pytest.raises(NotAllowedError) as refused:
                author.require(needed)
            assert refused.value.needed == needed


def test_anyone_is_a_viewer_without_a_name():
    assert Author("", Role.VIEWER) == ANYONE


# ---- the file ----


def test_the_password_lets_in_and_nothing_else_does(zhang):
    assert zhang.check(" 张三 ", PASSWORD)[0] == "张三"
    for name, password in [("张三", PASSWORD + "x"), ("张三", ""), ("李四", PASSWORD), ("", "")]:
        assert zhang.check(name, password) is None


def test_the_file_is_its_owners_alone_and_holds_no_password(zhang):
    assert stat.S_IMODE(zhang.path.stat().st_mode) == 0o600
    text = zhang.path.read_text(encoding="utf-8")
    assert PASSWORD not in text and "correct" not in text
    assert json.loads(text)["张三"]["password_hash"].startswith("$argon2id$v=19$")


def test_names_match_whatever_their_capitals_and_width(editors):
    assert editors.add(" Li   Si ", Role.EDITOR, PASSWORD) == "Li Si"
    assert editors.check("ＬＩ si", PASSWORD)[0] == "Li Si"
    with pytest.raises(EditorsError, match="already"):
        editors.add("li SI", Role.ADMIN, PASSWORD)


def test_a_composed_and_a_decomposed_letter_are_one_in_a_password(editors):
    editors.add("x", Role.EDITOR, "caf\u00e9 au lait")
    assert editors.check("x", "cafe\u0301 au lait")


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("x", "123456789", "10 to"),
        ("x", "a" * (MAX_PASSWORD + 1), "10 to"),
        ("zhang sanfeng", "Zhang  Sanfeng", "name"),
        ("", PASSWORD, "1 to"),
        ("a\x1b[31m", PASSWORD, "printable"),
        ("n" * 81, PASSWORD, "1 to"),
        ("no address", None, "e-mail"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_written(editors, name, password, said):
    with pytest.raises(EditorsError, match=said):
        editors.add(name, Role.EDITOR, password)
    assert not editors.path.exists()


def test_an_endless_password_is_not_hashed_whole(zhang):
    zhang.set_password("张三", "a" * MAX_PASSWORD)
    assert zhang.check("张三", "a" * MAX_PASSWORD)
    assert zhang.check("张三", "a" * 10_000_000) is None


def test_a_role_changes_at_once_and_the_removed_and_disabled_lose_theirs(zhang):
    since = password_set(zhang)
    assert zhang.author("张三", since) == Author("张三", Role.EDITOR)
    zhang.set_role("张三", Role.ADMIN)
    assert zhang.author("张三", since) == Author("张三", Role.ADMIN)
    zhang.set_disabled("张三", True)
    assert zhang.author("张三", since) is None and zhang.check("张三", PASSWORD) is None
    zhang.set_disabled("张三", False)
    assert zhang.author("张三", since) and zhang.check("张三", PASSWORD)
    zhang.remove("张三")
    assert zhang.author("张三", since) is None and zhang.check("张三", PASSWORD) is None


def test_a_new_password_ends_what_the_old_one_began(zhang):
    since = password_set(zhang)
    zhang.set_password("张三", "another password")
    assert zhang.author("张三", since) is None
    assert zhang.check("张三", PASSWORD) is None and zhang.check("张三", "another password")


def test_one_added_anew_under_an_old_name_does_not_inherit_a_session(zhang):
    since = password_set(zhang)
    zhang.remove("张三")
    zhang.add("张三", Role.ADMIN, PASSWORD)
    assert zhang.author("张三", since) is None


def test_through_oidc_there_is_no_password_and_a_password_is_no_oidc(zhang):
    zhang.add("wang@office.example", Role.EDITOR, None)
    assert zhang.author("WANG@office.example", None) == Author("wang@office.example", Role.EDITOR)
    assert zhang.check("wang@office.example", "") is None
    assert zhang.author("张三", None) is None
    with pytest.raises(EditorsError, match="OIDC"):
        zhang.set_password("wang@office.example", PASSWORD)


def test_a_hash_by_older_parameters_is_renewed_when_its_owner_signs_in(zhang):
    since = password_set(zhang)
    raw = json.loads(zhang.path.read_text(encoding="utf-8"))
    raw["张三"]["password_hash"] = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    zhang.path.write_text(json.dumps(raw), encoding="utf-8")
    assert zhang.check("张三", "wrong password") is None and "m=8192" in zhang.path.read_text(encoding="utf-8")
    assert zhang.check("张三", PASSWORD)
    assert "m=8192" not in zhang.path.read_text(encoding="utf-8")
    assert zhang.check("张三", PASSWORD) and zhang.author("张三", since)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": {"role": "king", "created": "2026-01-01T00:00:00Z"}}', "\0"])
def test_a_spoilt_file_lets_nobody_in_and_is_not_overwritten(zhang, content):
    zhang.path.write_text(content, encoding="utf-8")
    for attempt in (
        lambda: zhang.check("张三", PASSWORD),
        lambda: zhang.author("张三", None),
        lambda: zhang.add("李四", Role.ADMIN, PASSWORD),
    ):
        with pytest.raises(EditorsFileError) as refused:
            attempt()
        assert refused.value.__cause__ is None
    assert zhang.path.read_text(encoding="utf-8") == content


def test_an_unknown_name_takes_as_long_as_a_wrong_password(zhang):
    def fastest_s(name):
        took = []
        for _ in range(5):
            began = time.perf_counter()
            zhang.check(name, "wrong password")
            took.append(time.perf_counter() - began)
        return min(took)

    _nobodys_hash()
    assert 0.5 < fastest_s("nobody") / fastest_s("张三") < 2


def _add_some(path, first):
    for number in range(first, first + 5):
        Editors(path).add(f"person {number}@x", Role.EDITOR, None)


def test_two_commands_at_once_lose_nobody(editors):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_some, args=(editors.path, first)) for first in (0, 5, 10)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert len(editors.people()) == 15


# ---- the command ----


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    return Editors(tmp_path / "editors.json")


def typed(monkeypatch, *passwords):
    answers = iter(passwords)
    monkeypatch.setattr("geo.store.editors.__main__.getpass", lambda _prompt: next(answers))


def test_the_command_adds_lists_changes_and_removes(state, monkeypatch, capsys):
    typed(monkeypatch, PASSWORD, PASSWORD)
    assert main(["add", "张三", "--role", "editor"]) == 0
    assert state.check("张三", PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO("from a pipe\n"))
    assert main(["set-password", "张三", "--password-stdin"]) == 0
    assert state.check("张三", "from a pipe")
    assert main(["add", "wang@office.example", "--role", "viewer", "--oidc"]) == 0
    assert main(["set-role", "wang@office.example", "--role", "admin"]) == 0
    assert main(["disable", "张三"]) == 0
    with pytest.raises(SystemExit):
        main(["set-role", "张三", "--role", "boss"])
    told = capsys.readouterr().err
    assert all(role in told for role in ("viewer", "editor", "admin"))
    assert main(["list"]) == 0
    zhang, wang = capsys.readouterr().out.splitlines()
    assert zhang.startswith("张三\teditor\t密码 / password\t") and zhang.endswith("disabled")
    assert wang.startswith("wang@office.example\tadmin\tOIDC\t")
    assert main(["enable", "张三"]) == main(["remove", "wang@office.example"]) == 0
    assert {name: person.disabled for name, person in state.people().items()} == {"张三": False}


def test_the_command_says_what_is_wrong_and_never_the_password(state, monkeypatch, capsys):
    typed(monkeypatch, PASSWORD, "something else")
    assert main(["add", "张三", "--role", "editor"]) == 1
    assert main(["remove", "nobody"]) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["add", "张三", "--role", "editor", "--password-stdin"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[:2] == [
        "两次输入的不一样 / the two are not the same", "没有 nobody / there is no nobody"
    ] and said.out == ""  # fmt: skip
    assert PASSWORD not in said.err and not state.path.exists()


CHINESE, ENGLISH = re.compile("[一-鿿]{2}"), re.compile("[A-Za-z]{2,} [a-z]{2,}")


def test_the_command_asks_and_answers_in_both_languages(state, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("geo.store.editors.__main__.getpass", lambda prompt: asked.append(prompt) or PASSWORD)
    main(["list"])
    main(["add", "张三", "--role", "editor"])
    for name, *more in (["张三"], ["x", "--oidc"], [" "], [PASSWORD]):
        assert main(["add", name, "--role", "admin", *more]) == 1
    assert main(["disable", "李四"]) == 1
    monkeypatch.setattr("geo.store.editors.__main__.getpass", lambda prompt: "short")
    assert main(["set-password", "张三"]) == 1
    state.path.write_text("no list", encoding="utf-8")
    assert main(["list"]) == 1
    said = capsys.readouterr()
    told = [*asked, *said.err.splitlines(), *said.out.splitlines()]
    assert len(told) >= 2 + 7 + 2
    for line in told:
        line = line.replace(str(state.path), "")
        assert CHINESE.search(line.replace("张三", "").replace("李四", "")), line
        assert ENGLISH.search(line) or line.endswith(("Again: ", "done")), line


def test_the_commands_help_is_in_both_languages(capsys):
    for arguments in (["--help"], ["add", "--help"], ["set-password", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        assert CHINESE.search(told := capsys.readouterr().out) and ENGLISH.search(told)


def test_wrong_settings_are_told_by_the_command_in_words(state, monkeypatch, capsys):
    monkeypatch.setenv("XIGANG_PORT", "none")
    assert main(["list"]) == 1
    assert "XIGANG_PORT" in capsys.readouterr().err


# ---- the limit ----


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(clock)


def fail(attempts, times, name="张三", address=None):
    return [attempts.begin(name, address) for _ in range(times)]


def test_after_five_failures_the_wait_doubles_up_to_a_quarter_of_an_hour(attempts, clock):
    assert fail(attempts, 5) == [0] * 5
    waits = []
    for _ in range(8):
        waits.append(attempts.begin("张三", None))
        clock.now += waits[-1] - 0.5
        assert attempts.begin("张三", None) == pytest.approx(0.5)
        clock.now += 0.5
        assert attempts.begin("张三", None) == 0
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_refused_try_does_not_lengthen_the_wait(attempts, clock):
    fail(attempts, 5)
    clock.now += 10
    assert fail(attempts, 50) == [20] * 50


def test_success_forgets_a_name_and_an_hour_forgets_all(attempts, clock):
    fail(attempts, 4)
    attempts.succeed("张三", None)
    assert fail(attempts, 5) == [0] * 5 and attempts.begin("张三", None) == 30
    clock.now += 3601
    assert fail(attempts, 5) == [0] * 5


@pytest.mark.parametrize("typed_name", ["ZHANG SAN", " zhang  san ", "ｚhang san"])
def test_another_way_of_typing_a_name_is_no_way_round_but_other_names_are_free(attempts, typed_name):
    fail(attempts, 5, "Zhang San")
    assert attempts.begin("li", None) == 0
    assert attempts.begin(typed_name, None) == 30


def test_an_address_that_tries_many_names_is_stopped_and_others_are_not(attempts):
    assert [attempts.begin(f"name {n}", "10.0.0.7") for n in range(20)] == [0] * 20
    assert attempts.begin("one more", "10.0.0.7") == 30
    assert attempts.begin("one more", "10.0.0.8") == 0


def test_an_account_of_ones_own_does_not_wash_an_address_clean(attempts):
    for n in range(20):
        assert attempts.begin(f"name {n}", "10.0.0.7") == 0
        if n < 19:
            assert attempts.begin("own", "10.0.0.7") == 0
            attempts.succeed("own", "10.0.0.7")
    assert attempts.begin("own", "10.0.0.7") == 30


def test_addresses_of_one_ipv6_subscriber_count_together(attempts):
    for n in range(20):
        attempts.begin(f"name {n}", f"2001:db8:1:2::{n:x}")
    assert attempts.begin("one more", "2001:db8:1:2:ffff::1") == 30
    assert attempts.begin("one more", "2001:db8:1:3::1") == 0


def test_what_is_kept_stays_bounded_and_what_is_no_address_is_counted_as_it_stands(attempts):
    for n in range(MOST_KEPT + 100):
        attempts.begin(f"name {n}", None)
    assert len(attempts._tries) == MOST_KEPT
    assert [attempts.begin(f"name {n}", "unix") for n in range(21)][-1] == 30
