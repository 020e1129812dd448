"""Signing in and out, who acts in a session, and when that ends."""

import pytest
from streamlit.testing.v1 import AppTest

import ui.login
from geo.store.author import ANYONE, Author, Role
from geo.store.editors.attempts import Attempts
from geo.store.editors.people import Editors
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import open_app

PASSWORD = "correct horse 电池"
NOW_S = 1_700_000_000.0
HOUR_S = 3600
ZH = words_in("zh")


class Clock:
    def __init__(self):
        self.now = NOW_S

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(ui.login, "_now_s", clock)
    monkeypatch.setattr(ui.login, "_ATTEMPTS", Attempts(clock))
    return clock


@pytest.fixture
def editors(tmp_path, monkeypatch, clock):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("XIGANG_SESSION_HOURS", raising=False)
    editors = Editors()
    editors.add("张三", Role.EDITOR, PASSWORD)
    return editors


def bare(language="zh"):
    """A script of nothing but the login and a say who acts."""

    def script(language):
        import streamlit as st

        from layers.words import words_in
        from ui.login import author, login_button

        who = author()
        st.session_state["acts"] = (who.name, str(who.role))
        login_button(words_in(language))

    return AppTest.from_function(script, default_timeout=30, args=(language,)).run()


def sign_in(app, name="张三", password=PASSWORD):
    app.text_input(key="login_name").set_value(name)
    app.text_input(key="login_password").set_value(password)
    return next(button for button in app.button if button.key is None or "FormSubmitter" in button.key).click().run()


def acts(app):
    return Author(app.session_state["acts"][0], Role(app.session_state["acts"][1]))


def said(app):
    return [element.value for element in app.error]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language(editors, language):
    app, words = bare(language), words_in(language)
    assert app.text_input(key="login_name").label == words("login.name")
    assert said(sign_in(app, password="wrong password")) == [words("login.wrong")]
    sign_in(app)
    shown = " ".join(element.proto.body for element in app.get("html"))
    assert words("role.editor") in shown and "张三" in shown
    assert [button.label for button in app.button] == [words("login.out")]


def test_the_header_of_the_app_has_it(editors):
    app = sign_in(open_app())
    assert not app.exception and said(app) == []
    assert ZH("login.out") in [button.label for button in app.button]


def test_in_and_out(editors):
    app = bare()
    assert acts(app) == ANYONE
    sign_in(app)
    assert acts(app) == Author("张三", Role.EDITOR)
    app.button(key="login_out").click().run()
    assert acts(app) == ANYONE and said(app) == []
    assert acts(bare()) == ANYONE


def test_who_is_unknown_hears_the_same_as_who_mistypes(editors):
    app = bare()
    heard = [said(sign_in(app, *who)) for who in (("张三", "wrong password"), ("李四", PASSWORD), ("", ""))]
    assert heard == [[ZH("login.wrong")]] * 3 and acts(app) == ANYONE


@pytest.mark.parametrize("password", [PASSWORD, "no such password"])
def test_a_password_does_not_stay_in_the_session(editors, password):
    app = sign_in(bare(), password=password)
    state = app.session_state._state._state
    held = [state._old_state, state._new_session_state, dict(state._new_widget_state.items())]
    assert password not in repr(held) and password not in repr(app.query_params)
    app.run()
    assert password not in repr(state)


def test_after_five_failures_even_the_right_password_has_to_wait(editors, clock):
    app = bare()
    for _ in range(5):
        sign_in(app, password="wrong password")
    assert said(sign_in(app)) == [ZH("login.wait", n=1)] and acts(app) == ANYONE
    another = bare()
    assert said(sign_in(another)) == [ZH("login.wait", n=1)], "a new tab is no way round"
    clock.now += 30
    assert acts(sign_in(app)) == Author("张三", Role.EDITOR)


def test_a_name_that_nobody_has_is_locked_the_same_way(editors):
    app = bare()
    for _ in range(5):
        sign_in(app, name="李四")
    assert said(sign_in(app, name="李四")) == [ZH("login.wait", n=1)]


@pytest.mark.parametrize(("setting", "hours"), [(None, 8), ("0.5", 0.5)])
def test_a_session_left_unused_is_over(editors, clock, monkeypatch, setting, hours):
    if setting:
        monkeypatch.setenv("XIGANG_SESSION_HOURS", setting)
    app = sign_in(bare())
    for _ in range(3):
        clock.now += hours * HOUR_S - 1
        assert acts(app.run()) == Author("张三", Role.EDITOR), "using it keeps it"
    clock.now += hours * HOUR_S + 1
    app.run()
    assert acts(app) == ANYONE and said(app) == [ZH("login.expired", hours=ZH.number(hours))]
    assert acts(sign_in(app)) == Author("张三", Role.EDITOR) and said(app) == []


def test_a_change_of_the_file_holds_from_the_next_click(editors):
    app = sign_in(bare())
    editors.set_role("张三", Role.ADMIN)
    assert acts(app.run()) == Author("张三", Role.ADMIN)
    editors.remove("张三")
    assert acts(app.run()) == ANYONE and said(app) == [ZH("login.ended")]
    editors.add("张三", Role.ADMIN, PASSWORD)
    assert acts(app.run()) == ANYONE


def test_a_spoilt_file_takes_the_right_away_and_is_said(editors):
    app = sign_in(bare())
    whole = editors.path.read_bytes()
    editors.path.write_text("{")
    assert acts(app.run()) == ANYONE
    assert said(sign_in(app)) == [ZH("login.unreadable")] and not app.exception
    editors.path.write_bytes(whole)
    assert acts(app.run()) == Author("张三", Role.EDITOR)


# ---- through OIDC ----

WANG = {"is_logged_in": True, "email": "Wang@office.example", "iat": NOW_S - HOUR_S}


@pytest.fixture
def oidc(editors):
    editors.add("wang@office.example", Role.ADMIN, None)
    return editors


def with_user(app, **claims):
    app.user = claims
    return app.run()


def test_whom_the_provider_names_has_the_role_that_the_file_says(oidc):
    app = with_user(bare(), **WANG)
    assert acts(app) == Author("wang@office.example", Role.ADMIN)
    oidc.set_role("wang@office.example", Role.EDITOR)
    assert acts(app.run()) == Author("wang@office.example", Role.EDITOR)
    app.button(key="login_out").click().run()
    assert acts(app) == ANYONE and not app.user.get("is_logged_in")


@pytest.mark.parametrize(
    "claims",
    [
        {"is_logged_in": False},
        WANG | {"is_logged_in": False},
        WANG | {"email_verified": False},
        {name: WANG[name] for name in ("is_logged_in", "email")},
        {name: WANG[name] for name in ("is_logged_in", "iat")},
        WANG | {"email": "张三"},
        WANG | {"email": ["wang@office.example"]},
        WANG | {"iat": NOW_S - 9 * HOUR_S},
    ],
)
def test_who_is_not_surely_known_may_only_read(oidc, claims):
    app = with_user(bare(), **claims)
    assert acts(app) == ANYONE and not app.exception
    assert not [each for each in app.text_input if each.key == "login_password"], "one way in, not two"


def test_one_whom_the_file_does_not_name_is_told_so(oidc):
    app = with_user(bare(), **(WANG | {"email": "guest@office.example"}))
    assert acts(app) == ANYONE
    assert "guest" in app.info[0].value and app.button(key="login_out")


def test_where_the_list_cannot_be_read_nobody_is_called_unknown(oidc):
    oidc.path.write_text("no list", encoding="utf-8")
    app = with_user(bare(), **WANG)
    assert acts(app) == ANYONE and not app.exception
    assert not app.info and app.error[0].value == words_in("zh")("login.unreadable")


def test_a_session_through_oidc_ends_when_left_unused_and_needs_a_new_login(oidc, clock):
    app = with_user(bare(), **WANG)
    clock.now += 8 * HOUR_S - 1
    assert acts(app.run()) == Author("wang@office.example", Role.ADMIN)
    clock.now += 8 * HOUR_S + 1
    assert acts(app.run()) == ANYONE == acts(app.run())
    assert app.button(key="login_oidc")
    assert acts(with_user(bare(), **WANG)) == ANYONE, "an old cookie in a new tab"
    assert acts(with_user(bare(), **(WANG | {"iat": clock.now}))) == Author("wang@office.example", Role.ADMIN)


def test_a_password_of_before_does_not_help_where_oidc_is_set_up(oidc):
    app = sign_in(bare())
    assert acts(with_user(app, is_logged_in=False)) == ANYONE
