"""Keep the file of those who may sign in: ``python -m geo.store.editors add NAME --role editor``.

A password is asked for twice and not shown; a change holds from the next click of whoever is signed in.
"""

import argparse
import sys
from collections.abc import Sequence
from getpass import getpass

from geo.settings import SettingsError
from geo.store.author import Role
from geo.store.editors.people import MIN_PASSWORD, Editors, EditorsError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m geo.store.editors", description="管理谁可以登录 / keep the list of those who may sign in"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    helps = {
        "add": "允许某人登录 / let a person sign in",
        "list": "列出可以登录的人 / show who may sign in",
        "remove": "删除某人 / remove a person",
        "set-role": "改某人的角色 / give a person another role",
        "set-password": "改某人的密码 / give a person another password",
        "disable": "暂时停用某人 / keep a person out for the time being",
        "enable": "恢复停用的人 / let a disabled person in again",
    }
    for command, text in helps.items():
        sub = commands.add_parser(command, help=text, description=text)
        if command != "list":
            sub.add_argument("name", metavar="NAME", help="姓名 / the name")
        if command in ("add", "set-role"):
            sub.add_argument("--role", choices=[each.value for each in Role], required=True, help="角色 / the role")
        if command in ("add", "set-password"):
            sub.add_argument(
                "--password-stdin", action="store_true", help="从标准输入读密码 / read the password from standard input"
            )
        if command == "add":
            sub.add_argument(
                "--oidc",
                action="store_true",
                help="NAME 是 OIDC 登录的电子邮箱 / NAME is the e-mail address of an OIDC login",
            )
    return parser


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(
        f"密码，至少 {MIN_PASSWORD} 个字符，输入时不显示 / Password, at least {MIN_PASSWORD} characters, not shown: "
    )
    if getpass("再输入一次 / Again: ") != password:
        raise EditorsError("两次输入的不一样 / the two are not the same")
    return password


def _run(editors: Editors, asked: argparse.Namespace) -> str:
    """Do what was asked and return what to say of it."""
    match asked.command:
        case "list":
            return _listed(editors)
        case "add":
            editors.add(asked.name, Role(asked.role), None if asked.oidc else _password(asked.password_stdin))
        case "remove":
            editors.remove(asked.name)
        case "set-role":
            editors.set_role(asked.name, Role(asked.role))
        case "set-password":
            editors.set_password(asked.name, _password(asked.password_stdin))
        case "disable" | "enable":
            editors.set_disabled(asked.name, asked.command == "disable")
    return f"{editors.path}: 已完成 / done"


def _listed(editors: Editors) -> str:
    lines = [
        f"{name}\t{person.role}\t{'密码 / password' if person.password_hash else 'OIDC'}\t{person.created:%Y-%m-%d}"
        + ("\t已停用 / disabled" if person.disabled else "")
        for name, person in editors.people().items()
    ]
    return "\n".join(lines) or f"{editors.path}: 还没有人 / nobody yet"


def main(arguments: Sequence[str]) -> int:
    """Do what `arguments` ask for; return 0 where it was done, else 1."""
    try:
        print(_run(Editors(), _parser().parse_args(arguments)))
    except EOFError:
        print("没有读到密码 / no password was given", file=sys.stderr)
        return 1
    except (EditorsError, SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
