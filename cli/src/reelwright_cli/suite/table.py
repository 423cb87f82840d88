"""What the person at the keyboard sees of the suite: a live table, or plain lines where there is no terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table

from reelwright_cli.suite.supervisor import Health, Watched

COLOURS = {
    Health.STARTING: "yellow",
    Health.WELL: "green",
    Health.SICK: "red",
    Health.RESTARTING: "magenta",
    Health.FINISHING: "yellow",
    Health.STOPPED: "dim",
}


class StatusBoard:
    """Shows how the parts are."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self.watched: Sequence[Watched] = ()
        live = Live(console=console, get_renderable=self._table, refresh_per_second=4)
        self._live = live if console.is_terminal else None

    def show(self, watched: Sequence[Watched]) -> None:
        """Begins to show `watched`."""
        self.watched = watched
        if self._live:
            self._live.start()

    def changed(self, one: Watched) -> None:
        """Takes notice of a change."""
        if not self._live:
            self._console.print(f"{one.part.name:<9} {one.health.value}", highlight=False)

    def close(self) -> None:
        """Stops showing."""
        if self._live:
            self._live.stop()

    def _table(self) -> Table:
        table = Table(title=self._title, title_justify="left", expand=False)
        for heading in ("part", "health", "for", "restarts", "process", "address"):
            table.add_column(heading, justify="left" if heading in ("part", "health") else "right")
        for one in self.watched:
            pid = str(one.process.pid) if one.process and one.process.returncode is None else "-"
            colour = COLOURS[one.health]
            seconds = f"{time.monotonic() - one.since:.0f} s"
            table.add_row(
                one.part.name, f"[{colour}]{one.health.value}[/]", seconds, str(one.restarts), pid, one.part.address
            )
        return table
