"""Compare what all programs say, leave out what is only under way, and have the owners mend the rest.

A difference counts when two comparisons have found it, with the copy unmoved between them, and events that its owner
announced before the first had arrived at the follower before the second. Whatever was sent with them has passed then:
what is still different was lost.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from chassis.run import PROGRAMS
from operations.comparing import Account, Difference, compare
from operations.digests import Head
from operations.mending import Wish
from operations.places import Place

T = TypeVar("T")

SENT_AGAIN = ("missing", "behind", "unheard")


@dataclass
class Findings:
    """What a check has found."""

    differences: list[Difference]
    forgotten: list[Difference]  # facts that only a follower still knows: nothing to mend, but somebody should know
    quiet: bool = True  # else events are still under way, and some of it may be gone in a moment


@dataclass(frozen=True)
class Reconciler:
    """One suite, and how long its events may be under way."""

    place: Place
    patience: float = 60.0  # seconds, for all that is under way
    settling: float = 5.0  # seconds in which nothing more arrives, when some has arrived and some has not
    pause: float = 1.0

    def check(self) -> Findings:
        """Compare until what is found is no matter of time."""
        accounts = self._accounts()
        first = list(compare(accounts))
        if not first:
            return Findings([], [])
        latest = {name: account.head.latest for name, account in accounts.items()}
        quiet = self._await(latest, first)
        known = {difference.identity for difference in first}
        second = [difference for difference in compare(self._accounts()) if difference.identity in known]
        return Findings(
            [each for each in second if each.kind != "forgotten"],
            [each for each in second if each.kind == "forgotten"],
            quiet,
        )

    def mend(
        self, differences: Iterable[Difference], *, accept_owner: bool = False, readmit: bool = False
    ) -> list[str]:
        """Have each owner do what it can; return what they say of it."""
        wishes: dict[str, dict[str, Wish]] = {}
        for difference, wish in self._wishes(list(differences), accept_owner=accept_owner, readmit=readmit):
            mine = wishes.setdefault(difference.owner_name, {})
            mine[wish.aggregate] = _both(mine.get(wish.aggregate), wish)
        return [said for owner, mine in wishes.items() for said in self._have_mended(owner, mine.values())]

    def _have_mended(self, owner: str, wishes: Collection[Wish]) -> list[str]:
        return list(self.place.run(owner, "mend", lines=[json.dumps(asdict(wish)) for wish in wishes]))

    def _wishes(
        self, differences: Sequence[Difference], *, accept_owner: bool, readmit: bool
    ) -> Iterator[tuple[Difference, Wish]]:
        surplus = [each for each in differences if each.kind == "surplus"]
        known = self._known(surplus) if readmit and surplus else {}
        for each in differences:
            if each.kind in SENT_AGAIN:
                yield each, Wish(each.aggregate, after=each.copy or 0)
            elif each.kind == "differs" or (each.kind == "ahead" and accept_owner):
                yield each, Wish(each.aggregate, authoritative=each.kind == "ahead")
            elif each.aggregate in known:
                yield each, Wish(each.aggregate, version=each.copy or 1, known=known[each.aggregate])

    def _known(self, surplus: Sequence[Difference]) -> dict[str, dict[str, Any]]:
        """Put together what followers know of aggregates that their owner has lost."""
        found: dict[str, dict[str, Any]] = {each.aggregate: {} for each in surplus}
        for follower in {each.follower for each in surplus}:
            account = Account.read(self.place.run(follower, "digests", "--plain"))
            for kind, copies in account.copies.items():
                for aggregate in found.keys() & copies.keys():
                    told = zip(account.head.copies[kind], copies[aggregate].fields, strict=True)
                    found[aggregate] |= {field: value for field, value in told if value is not None}
        return found

    def _accounts(self) -> dict[str, Account]:
        return of_all(lambda name: Account.read(self.place.run(name, "digests")))

    def _await(self, latest: Mapping[str, list[str]], found: Sequence[Difference]) -> bool:
        """Wait until what had been announced has arrived, and nobody keeps an event of these aggregates for later."""
        marks, ends = Marks(latest), time.monotonic() + self.patience
        while time.monotonic() < ends:
            time.sleep(self.pause)
            heads = list(of_all(lambda name: self._head(name, marks.asked)).values())
            marks.look(heads)
            if all(marks.passed(head, self.settling) for head in heads) and not _kept(heads, found):
                time.sleep(self.pause)  # what came in a crowd is done one after the other
                return True
        return False

    def _head(self, name: str, asked: Iterable[str]) -> Head:
        arrived = ",".join(sorted(asked))
        [line] = self.place.run(name, "digests", "--head", *(("--arrived", arrived) if arrived else ()))
        return Head(**json.loads(line))


def of_all(ask: Callable[[str], T]) -> dict[str, T]:
    """Ask all programs at once: where each is reached by a command, starting those is what takes long."""
    with ThreadPoolExecutor(len(PROGRAMS)) as pool:
        return dict(zip(PROGRAMS, pool.map(ask, PROGRAMS), strict=True))


class Marks:
    """The events that owners had announced last at a moment, and how many of them have arrived where."""

    def __init__(self, latest: Mapping[str, list[str]]) -> None:
        self.latest = {owner: set(ids) for owner, ids in latest.items()}
        self.later: dict[str, set[str]] = {owner: set() for owner in latest}
        self.arrived: dict[str, set[str]] = {}
        self.moved_at: dict[str, float] = {}

    @property
    def asked(self) -> set[str]:
        """Return the events that followers are asked for."""
        return set().union(*self.latest.values(), *self.later.values())

    def look(self, heads: Iterable[Head]) -> None:
        """Note what has arrived, and what was announced since."""
        for head in heads:
            here = set(head.arrived)
            if here != self.arrived.get(head.program):
                self.arrived[head.program], self.moved_at[head.program] = here, time.monotonic()
            self.later[head.program] |= set(head.latest) - self.latest[head.program]

    def passed(self, follower: Head, settling: float) -> bool:
        """Tell whether nothing of what had been announced can still be under way to this follower."""
        resting = time.monotonic() - self.moved_at[follower.program] >= settling
        here = self.arrived[follower.program]
        return all(self._passed(owner, here, resting=resting) for owner in follower.follows if owner in self.latest)

    def _passed(self, owner: str, here: set[str], *, resting: bool) -> bool:
        """All of it has arrived, or something announced later has; or some, and no more comes: the rest was lost."""
        mine = self.latest[owner]
        return mine <= here or bool(self.later[owner] & here) or (resting and bool(mine & here))


def _kept(heads: Iterable[Head], found: Sequence[Difference]) -> bool:
    """Tell whether a follower keeps an event for later that may mend what was found."""
    waits = {(head.program, aggregate) for head in heads for aggregate in head.waits}
    return any((each.follower, each.aggregate) in waits for each in found)


def _both(one: Wish | None, other: Wish) -> Wish:
    """Join what is to be done about one aggregate on behalf of several followers."""
    if one is None:
        return other
    return Wish(
        one.aggregate,
        min((each.after for each in (one, other) if each.after is not None), default=None),
        authoritative=one.authoritative or other.authoritative,
        version=max(one.version, other.version),
        known={**(one.known or {}), **(other.known or {})} or None,
    )
