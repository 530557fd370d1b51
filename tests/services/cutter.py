"""A wire to PostgreSQL that loses the answer to some commits: the commit happens, nobody is told."""

import random
import socket
import threading
from contextlib import suppress
from typing import Final

_COMMITTED: Final = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""CommandComplete with the tag COMMIT (PostgreSQL protocol 3.0)."""


class Cutter:
    """Listens on a port of its own and passes everything on, but cuts a share of the commits' answers."""

    def __init__(self, server: tuple[str, int], *, share: float, seed: int) -> None:
        self._server = server
        self._share = share
        self._chance = random.Random(seed)  # noqa: S311 - a reproducible choice of cuts
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.commits = self.cut = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while chunk := client.recv(65536):
                server.sendall(chunk)
        _shut(client, server)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(65536):
                if _COMMITTED in chunk and self._cuts():
                    break
                client.sendall(chunk)
        _shut(client, server)

    def _cuts(self) -> bool:
        with self._lock:
            self.commits += 1
            cut = self._chance.random() < self._share
            self.cut += cut
            return cut


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
