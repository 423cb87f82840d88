"""A cable between a process and its database that a test can cut: the process lives on and hears nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from psycopg.conninfo import conninfo_to_dict


class Cable:
    """Carries connections from a loopback port to the server's socket."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._cut = False
        self._carrying: set[asyncio.Task[None]] = set()
        self._silent: list[asyncio.StreamWriter] = []

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as both sides and the cable hold."""
        if self._cut:
            self._silent.append(writer)
            return
        task = asyncio.ensure_future(self._joined(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def cut(self) -> None:
        """The server sees its clients gone; they see nothing, and get no answer to anything from now on."""
        self._cut = True
        for task in self._carrying:
            task.cancel()
        if self._carrying:
            await asyncio.wait(self._carrying)

    def mend(self) -> None:
        """The clients learn that their connections are gone, and can make new ones."""
        self._cut = False
        for writer in self._silent:
            writer.transport.abort()
        self._silent.clear()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._socket)
        ways = {
            asyncio.ensure_future(_pass_on(reader, to_server)),
            asyncio.ensure_future(_pass_on(from_server, writer)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            writer.transport.abort()
        except asyncio.CancelledError:
            self._silent.append(writer)
            raise
        finally:
            to_server.transport.abort()
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()


@contextlib.asynccontextmanager
async def laid(url: str) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to the database at `url`, and the address of that database at its other end."""
    target = conninfo_to_dict(url)
    cable = Cable(f"{target['host']}/.s.PGSQL.5432")
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield cable, f"postgresql://{target['user']}@127.0.0.1:{port}/{target['dbname']}"
    finally:
        server.close()
        await cable.cut()
        cable.mend()
        await server.wait_closed()
