"""Run the app, once its settings have been checked."""

import argparse
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from geo.audit_log import tell, warn
from geo.release import version
from geo.settings import FILE_VARIABLE, FOLDERS, VARIABLES, Settings, SettingsError
from server.check import check, doubts, faults_of_record
from server.listening import fault_of_port

ROOT: Final = Path(__file__).resolve().parent.parent
SCRIPT: Final = ROOT / "app.py"
ABOUT: Final = "启动一张图，直到被停止 / run the app until it is stopped"
MORE: Final = (
    "start.sh、start.bat 也可只写端口；加 --no-browser 时 start.bat 不打开浏览器 / take a PORT alone, too, and "
    "--no-browser, with which start.bat opens no browser. 其他命令 / other commands: check, backup, restore, move, "
    "upgrade (python -m server backup --help)"
)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server", description=ABOUT, epilog=MORE)
    parser.add_argument("--port", help="端口，缺省按设置 / the port, as in the settings by default")
    parser.add_argument("--settings", metavar="FILE", help="设置文件 / the settings file")
    asked = parser.parse_args(arguments)
    if asked.port:
        os.environ[VARIABLES["port"]] = asked.port
    _stay_at_the_root()
    read = check()
    if faults := fault_of_port(read) or list(faults_of_record(to_run=True)):
        raise SettingsError("\n".join(faults))
    run(read)
    return 0


def _stay_at_the_root() -> None:
    """Work in the app's folder, where Streamlit finds its own settings; what is named from elsewhere stays the same."""
    for name in (FILE_VARIABLE, *(VARIABLES[key] for key in FOLDERS)):
        if named := os.environ.get(name):
            os.environ[name] = str(Path(named).absolute())
    os.chdir(ROOT)


def run(read: Settings) -> None:
    """Serve the app with its headers, health and log until the process is told to end."""
    from starlette.middleware import Middleware
    from starlette.routing import Route
    from streamlit.starlette import App

    from exports.beside import drawing_beside
    from server.downloads import AppWithLastingFiles
    from server.headers import Headers, policy
    from server.health import health
    from server.logs import log_error, start_log
    from server.messages import use_whole_messages
    from server.serving import address_of, announced, doubts_beside
    from server.tiles import tile_routes
    from ui.tile_sources import tile_sources

    @asynccontextmanager
    async def logged(_: App) -> AsyncIterator[None]:
        start_log(read, _streamlit_secrets())  # now that the others have set up their own
        tell("started", version=version(), port=read.port)
        ours = address_of(read.address, read.port, read.base_path)
        for doubt in (*doubts(read), *doubts_beside(read.state_dir, ours)):
            warn("doubt", message=doubt)
        with drawing_beside(), announced(read.state_dir, ours):
            yield
        tell("stopped")

    use_whole_messages()
    sys.argv = [str(SCRIPT)]  # what Streamlit takes for the script it was started with
    app = AppWithLastingFiles(
        SCRIPT,
        lifespan=logged,
        routes=[
            Route(f"/{read.base_path}/health".replace("//", "/"), health),
            *tile_routes(read.base_path, read.tiles),
        ],
        middleware=[Middleware(Headers, csp=lambda: policy(read.frame_ancestors, tile_sources()))],
        on_script_error=log_error,
    )
    app.run(config=_streamlit_options(read))


def _streamlit_options(read: Settings) -> dict[str, Any]:
    """Return what is set of Streamlit's own options; the others stay as in ``.streamlit/config.toml``.

    They are set in Streamlit's variables, which ``App.run`` does not hear, or are settings of ours.

    Raises
    ------
    SettingsError : where a variable of Streamlit's cannot be used
    """
    from click import ClickException
    from streamlit.web.cli import main_run

    try:
        heard = main_run.make_context("run", [str(SCRIPT)]).params
    except ClickException as error:
        raise SettingsError(error.format_message()) from error
    ours = {"server.port": read.port, "server.address": read.address, "server.baseUrlPath": read.base_path}
    options = {name.replace("_", "."): value for name, value in heard.items() if "_" in name} | ours
    return {name: value for name, value in options.items() if value not in (None, (), "")}


def _streamlit_secrets() -> list[str]:
    """Return every text in Streamlit's secrets, such as the client's secret of an OIDC login."""
    import streamlit as st

    def texts(node: Any) -> list[str]:
        if isinstance(node, str):
            return [node] if len(node) >= 8 else []
        return [text for each in node.values() for text in texts(each)] if hasattr(node, "values") else []

    return texts(st.secrets.to_dict()) if st.secrets.load_if_toml_exists() else []
