"""Keep the file of those who may sign in: ``python -m geo.store.editors add NAME --role editor``.

A password is asked for twice and not shown; a change holds from the next click of whoever is signed in.
"""

import argparse
import sys
from collections.abc import Sequence
from getpass import getpass

from geo.store.author import Role
from geo.store.editors.people import MIN_PASSWORD, Editors, EditorsError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m geo.store.editors", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    helps = {
        "add": "let a person sign in",
        "list": "show who may sign in",
        "remove": "remove a person",
        "set-role": "give a person another role",
        "set-password": "give a person another password",
        "disable": "keep a person out for the time being",
        "enable": "let a disabled person in again",
    }
    for command, text in helps.items():
        sub = commands.add_parser(command, help=text, description=text)
        if command != "list":
            sub.add_argument("name")
        if command in ("add", "set-role"):
            sub.add_argument("--role", choices=[*Role], type=Role, required=True)
        if command in ("add", "set-password"):
            sub.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        if command == "add":
            sub.add_argument("--oidc", action="store_true", help="NAME is the e-mail address of an OIDC login")
    return parser


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(f"Password, at least {MIN_PASSWORD} characters: ")
    if getpass("Again: ") != password:
        raise EditorsError("the two are not the same")
    return password


def _run(editors: Editors, asked: argparse.Namespace) -> str:
    """Do what was asked and return what to say of it."""
    match asked.command:
        case "list":
            return _listed(editors)
        case "add":
            editors.add(asked.name, asked.role, None if asked.oidc else _password(asked.password_stdin))
        case "remove":
            editors.remove(asked.name)
        case "set-role":
            editors.set_role(asked.name, asked.role)
        case "set-password":
            editors.set_password(asked.name, _password(asked.password_stdin))
        case "disable" | "enable":
            editors.set_disabled(asked.name, asked.command == "disable")
    return f"{editors.path}: done"


def _listed(editors: Editors) -> str:
    lines = [
        f"{name}\t{person.role}\t{'password' if person.password_hash else 'OIDC'}\t{person.created:%Y-%m-%d}"
        + ("\tdisabled" if person.disabled else "")
        for name, person in editors.people().items()
    ]
    return "\n".join(lines) or f"{editors.path}: nobody yet"


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask for; return 0 where it was done, else 1."""
    try:
        print(_run(Editors(), _parser().parse_args(arguments)))
    except (EditorsError, OSError, EOFError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
