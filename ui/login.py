"""Signing in, and whose session this is: asked of the editors' file again on every call."""

import time
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from math import ceil
from typing import Final

import streamlit as st

from geo.audit_log import tell
from geo.settings import settings
from geo.store.author import ANYONE, Author
from geo.store.editors.attempts import Attempts
from geo.store.editors.people import MAX_NAME, MAX_PASSWORD, Editors, EditorsFileError
from layers.words import Words
from ui.text import html, plain

NAME, PASSWORD = "login_name", "login_password"
_SIGNED_IN, _LAST_USED, _NOTICE, _TOLD = "signed_in", "login_last_used", "login_notice", "login_told"
_ATTEMPTS: Final = Attempts()  # of all sessions of this server


@dataclass(frozen=True)
class _SignedIn:
    """Who signed in: by a password, or through OIDC with none."""

    name: str
    at_s: float
    password_set: datetime | None = None


@dataclass(frozen=True)
class _Notice:
    """What to say where one signs in: ``login.<code>``."""

    code: str
    minutes: int = 0


def author() -> Author:
    """Return who acts in this session by the editors' file of this moment; without a login a viewer without a name."""
    signed_in = _signed_in()
    if signed_in is None:
        return ANYONE
    try:
        found = Editors().author(signed_in.name, signed_in.password_set)
    except EditorsFileError:
        return ANYONE
    if found is None and signed_in.password_set:
        _end("ended")
    return found or ANYONE


def address() -> str | None:
    """Return the IP address that this session comes from, None where that is not known or is this machine."""
    given = st.context.ip_address
    try:
        parsed = ip_address(given or "")
    except ValueError:
        return given
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)  # so a socket for both protocols names IPv4 addresses


def session_hours() -> float:
    """Return after how many hours without use a session is over."""
    return settings().session_hours


def login_button(words: Words) -> None:
    """Draw the way to sign in; for one who is signed in, name, role and the way out."""
    who, through_oidc = author(), _through_oidc()
    if through_oidc:
        _tell_once(who)
    is_known = bool(who.name)
    label = plain(who.name) if is_known else words("login.open")
    with st.popover(label, icon=":material/person:", key=f"login-{'out' if is_known else 'in'}"):
        if is_known:
            st.html(html("<p><b>{name}</b> · {role}</p>", name=who.name, role=words(f"role.{who.role}")))
            _sign_out_button(words)
        elif through_oidc:
            _oidc_form(words)
        else:
            _password_form(words)


def _password_form(words: Words) -> None:
    _say(words)
    with st.form("login", border=False):
        st.text_input(words("login.name"), key=NAME, max_chars=MAX_NAME, autocomplete="username")
        st.text_input(
            words("login.password"),
            key=PASSWORD,
            type="password",
            max_chars=MAX_PASSWORD,
            autocomplete="current-password",
        )
        st.form_submit_button(words("login.open"), type="primary", on_click=_sign_in)
    st.caption(words("login.why"))


def _oidc_form(words: Words) -> None:
    """Draw the way to the office's own login; where one is signed in there, say why it does not help."""
    signed_in = _signed_in()
    _say(words)
    if signed_in:
        if Editors().can_be_read():
            st.info(words("login.unknown", name=plain(signed_in.name)))
        else:
            st.error(words("login.unreadable"))
        _sign_out_button(words)
        return
    st.button(words("login.oidc"), key="login_oidc", type="primary", on_click=st.login)
    st.caption(words("login.why"))


def _sign_out_button(words: Words) -> None:
    st.button(words("login.out"), key="login_out", on_click=_sign_out)


def _say(words: Words) -> None:
    notice: _Notice | None = st.session_state.get(_NOTICE)
    if notice:
        st.error(words(f"login.{notice.code}", n=notice.minutes, hours=words.number(session_hours())))


def _sign_in() -> None:
    """Take name and password from the form; the password is forgotten whatever comes of it."""
    name, password = str(st.session_state[NAME])[:MAX_NAME], str(st.session_state[PASSWORD])
    del st.session_state[PASSWORD]  # else the field's own state keeps it until the next run
    st.session_state[PASSWORD] = ""
    wait_s = _ATTEMPTS.begin(name, address())
    if wait_s > 0:
        return _refuse(name, _Notice("wait", ceil(wait_s / 60)))
    try:
        found = Editors().check(name, password)
    except EditorsFileError:
        return _refuse(name, _Notice("unreadable"))
    if found is None:
        return _refuse(name, _Notice("wrong"))
    _ATTEMPTS.succeed(name, address())
    filed, person = found
    tell("signed in", author=filed, address=address(), role=person.role.value)
    st.session_state.pop(_NOTICE, None)
    st.session_state[_LAST_USED] = _now_s()
    st.session_state[_SIGNED_IN] = _SignedIn(filed, _now_s(), person.password_set)


def _refuse(name: str, notice: _Notice) -> None:
    """Let nobody in. The log names whom it knows: somebody may have typed the password in the name's place."""
    st.session_state[_NOTICE] = notice
    try:
        found = Editors().find(name)
    except EditorsFileError:
        found = None
    tell("sign-in refused", author=found[0] if found else "", address=address(), why=notice.code)


def _tell_once(who: Author) -> None:
    """Tell the log who has come through the office's login and whether they are let in, again where that changes."""
    signed_in = _signed_in()
    if signed_in and st.session_state.get(_TOLD) != (signed_in, who.name):
        st.session_state[_TOLD] = signed_in, who.name
        if who.name:
            tell("signed in", author=who.name, address=address(), role=who.role.value)
        else:
            why = "unknown" if Editors().can_be_read() else "unreadable"
            tell("sign-in refused", author=signed_in.name, address=address(), why=why)


def _sign_out() -> None:
    through_oidc = _through_oidc()
    _end(None)
    if through_oidc:
        st.logout()


def _end(notice: str | None) -> None:
    through_oidc, _ = st.session_state.pop(_TOLD, (None, ""))
    if signed_in := st.session_state.pop(_SIGNED_IN, None) or through_oidc:
        tell("signed out", author=signed_in.name, address=address(), why=notice or "asked")
    st.session_state[_NOTICE] = _Notice(notice) if notice else None


def _signed_in() -> _SignedIn | None:
    """Return who has signed in and not left the session unused for too long; to ask is to use it."""
    signed_in: _SignedIn | None = _oidc_user() if _through_oidc() else st.session_state.get(_SIGNED_IN)
    if signed_in is None:
        return None
    if _now_s() - st.session_state.get(_LAST_USED, signed_in.at_s) > session_hours() * 3600:
        _end("expired")
        return None
    st.session_state[_LAST_USED] = _now_s()
    return signed_in


def _through_oidc() -> bool:
    """Return whether people sign in through OIDC: Streamlit knows of logins only where its secrets have ``[auth]``."""
    return "is_logged_in" in st.user


def _oidc_user() -> _SignedIn | None:
    """Return whom the provider names, unless it says that the address is not verified or not when the login was."""
    name, at_s = st.user.get("email"), st.user.get("iat")
    is_sure = bool(st.user.get("is_logged_in")) and st.user.get("email_verified") is not False
    if not is_sure or not isinstance(name, str) or not isinstance(at_s, int | float):
        return None
    return _SignedIn(name, at_s)


def _now_s() -> float:
    return time.time()
