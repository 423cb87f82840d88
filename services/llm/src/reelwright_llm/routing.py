"""Which model a request means: by id, by alias, or by any name that a configured provider may know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from reelwright_kit.catalogue import Card, Catalogue, Model

M = TypeVar("M", bound=Model[Card])


class Routes(Catalogue[M]):
    """A catalogue with aliases, whose configured providers are asked for names that it does not list too."""

    def __init__(
        self,
        models: Sequence[M],
        default: str,
        aliases: Mapping[str, str],
        others: Mapping[str, Callable[[str], M]],
    ) -> None:
        """`others` makes a model of a provider by its name there, without the provider's."""
        self._aliases = aliases
        super().__init__(models, self._meant(default))
        self._others = others
        self._default = self._meant(default)

    def choose(self, model: str) -> M:
        """The model with this id or alias, or the default when empty; raises ModelNotFound."""
        wanted = self._meant(model) or self._default
        provider, _, name = wanted.partition("/")
        if name and provider in self._others and wanted not in self._models:
            return self._others[provider](name)
        return super().choose(wanted)

    def _meant(self, model: str) -> str:
        return self._aliases.get(model, model)
