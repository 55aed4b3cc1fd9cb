"""A MariaDB server of the tests' own, where the machine has one to start."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

PATIENCE = 90
"""Units: seconds a busy machine may take to start a server."""


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a MariaDB server on 127.0.0.1, started in a folder of its own, whose root has no password."""
    program, maker = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if program is None or maker is None:
        pytest.skip("mariadbd is not on PATH: MariaDB is not read here")
    folder = tmp_path_factory.mktemp("mariadb")
    data, own = folder / "data", [f"--user={'root' if os.geteuid() == 0 else os.environ.get('USER', 'nobody')}"]
    made = [maker, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([*made, *own], check=True, capture_output=True)
    port = _free_port()
    # A short path: a socket has no more than a hundred letters or so.
    place = Path("/tmp") / f"beffroi-mariadb-{os.getpid()}"  # noqa: S108 - only a socket, ended with the server.
    order = [program, "--no-defaults", *own, f"--datadir={data}", f"--socket={place}.sock", f"--port={port}",
             "--bind-address=127.0.0.1", f"--pid-file={folder}/pid", "--innodb-buffer-pool-size=16M",
             "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--performance-schema=off"]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(order, stdout=log, stderr=log) as server:
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="root").close()
        except pymysql.Error:
            if time.monotonic() > end or server.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return
