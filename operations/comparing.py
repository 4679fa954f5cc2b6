"""Hold what programs say of the same aggregates against each other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from operations.digests import Head, Line, kind_of

SEAL = 16  # characters


class Difference(NamedTuple):
    """A copy that is not what its owner says, or facts that a follower has not heard of.

    ``kind`` is one of: missing (no copy), surplus (no original), behind, ahead (of a restored owner), differs (in
    fields at the same version), unheard (facts), forgotten (facts that the follower was told and the owner has lost).
    """

    follower: str
    aggregate: str
    kind: str
    owner: int | None  # version
    copy: int | None  # version
    state: str = ""  # the copy's own: as long as it is the same, nothing was taken in
    fields: tuple[str, ...] = ()

    @property
    def owner_name(self) -> str:
        """Name the program that can mend it."""
        return self.aggregate.partition("/")[0]

    @property
    def identity(self) -> tuple[object, ...]:
        """Tell whether it is still the same difference, whatever the owner did meanwhile."""
        return self.follower, self.aggregate, self.kind, self.copy, self.state

    def __str__(self) -> str:
        versions = f"owner {self.owner or '-'}, {self.follower} {self.copy or '-'}"
        return f"{self.kind:9} {self.follower:11} {self.aggregate} ({', '.join([versions, *self.fields])})"


@dataclass
class Account:
    """All that one program said."""

    head: Head
    originals: dict[str, dict[str, Line]] = field(default_factory=dict)  # by kind, then by aggregate
    copies: dict[str, dict[str, Line]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Iterable[str]) -> "Account":
        """Read what ``digests`` wrote."""
        iterator = iter(lines)
        account = cls(Head(**json.loads(next(iterator))))
        for text in iterator:
            account.add(Line.read(text))
        return account

    def add(self, line: Line) -> None:
        """Sort one line in."""
        if line.what in ("original", "copy"):
            kinds = self.originals if line.what == "original" else self.copies
            kinds.setdefault(line.kind, {})[line.aggregate] = line
        else:
            facts = self.told if line.what == "told" else self.heard
            facts[line.aggregate] = line.version


Accounts = Mapping[str, Account]


def compare(accounts: Accounts) -> Iterator[Difference]:
    """Name everything in which a follower differs from the owner."""
    for follower in accounts.values():
        for publisher in follower.head.follows:
            if owner := accounts.get(publisher):
                yield from _copied(owner, follower)
                yield from _heard(owner, follower)


def _copied(owner: Account, follower: Account) -> Iterator[Difference]:
    for kind in follower.head.copies.keys() & owner.head.originals.keys():
        originals, copies = owner.originals.get(kind, {}), follower.copies.get(kind, {})
        name = follower.head.program
        for aggregate, original in originals.items():
            copy = copies.get(aggregate)
            if copy is None:
                yield Difference(name, aggregate, "missing", original.version, None)
            elif difference := _between(owner.head, original, follower.head, copy):
                yield difference
        for aggregate in copies.keys() - originals.keys():
            yield Difference(name, aggregate, "surplus", None, copies[aggregate].version)


def _between(owner: Head, original: Line, follower: Head, copy: Line) -> Difference | None:
    found = follower.program, copy.aggregate
    if copy.version != original.version:
        kind = "behind" if copy.version < original.version else "ahead"
        return Difference(*found, kind, original.version, copy.version, str(copy.fields))
    mine = dict(zip(owner.originals[original.kind], seals(original), strict=True))
    theirs = dict(zip(follower.copies[copy.kind], seals(copy), strict=True))
    if fields := tuple(field for field, seal in theirs.items() if mine[field] != seal):
        return Difference(*found, "differs", original.version, copy.version, str(copy.fields), fields)
    return None


def seals(line: Line) -> list[object]:
    """Part the seals of a line, or return its plain values."""
    if isinstance(line.fields, str):
        return [line.fields[place : place + SEAL] for place in range(0, len(line.fields), SEAL)]
    return line.fields


def _heard(owner: Account, follower: Account) -> Iterator[Difference]:
    """Compare facts where no copy is kept: somebody may write them down."""
    for aggregate, told in owner.told.items():
        if kind_of(aggregate) in follower.head.copies:
            continue
        heard = follower.heard.get(aggregate, 0)
        if heard != told:
            kind = "unheard" if heard < told else "forgotten"
            yield Difference(follower.head.program, aggregate, kind, told, heard)
