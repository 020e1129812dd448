"""Whether this machine can be listened at as the settings say, tried before anything is started."""

import errno
import os
import socket
import time
from typing import Final

from geo.settings import VARIABLES, Settings

PATIENCE_S: Final = 5
"""So long a process that is just ending may keep the port."""


def fault_of_address(read: Settings) -> list[str]:
    """Return what is wrong with the address, whatever the port: a sentence, or none."""
    error = _error(read.address, 0)
    return [_sentence(read, error)] if error else []


def fault_of_port(read: Settings, patience_s: float = PATIENCE_S) -> list[str]:
    """Return why address and port cannot be listened at now: a sentence, or none."""
    until = time.monotonic() + patience_s
    while (error := _error(read.address, read.port)) and error.errno == errno.EADDRINUSE and time.monotonic() < until:
        time.sleep(0.3)
    return [_sentence(read, error)] if error else []


def _error(address: str | None, port: int) -> OSError | None:
    with socket.socket(socket.AF_INET6 if ":" in (address or "") else socket.AF_INET) as probe:
        if os.name != "nt":  # as the server does
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address or "0.0.0.0", port))
        except OSError as error:
            return error
    return None


def _sentence(read: Settings, error: OSError) -> str:
    address, port = f"address ({VARIABLES['address']}) = {read.address!r}", f"port ({VARIABLES['port']}) = {read.port}"
    if isinstance(error, socket.gaierror):
        return f"{address}: 没有这个主机名，请改正 / there is no host of this name; mend it"
    match error.errno:
        case errno.EADDRNOTAVAIL:
            return (
                f"{address}: 不是这台电脑的地址：写它自己的地址，代理后面写 127.0.0.1，或删去这一项以监听全部地址 / "
                "is no address of this machine: give one of its own, 127.0.0.1 behind a proxy, or leave it out to "
                "listen at every one"
            )
        case errno.EADDRINUSE:
            return (
                f"{port}: 端口被占用，可能本系统已在运行：请先停止它，或换一个端口 / "
                "the port is taken, perhaps by this system, which runs already: stop it, or take another port"
            )
        case errno.EACCES:
            return f"{port}: 无权使用这个端口，请用 1024 以上的 / no right to this port; take one above 1024"
    return f"{address}, {port}: 不能监听 / cannot be listened at: {error}"
