"""Carriers of the tests' own: they write down what they are given, and confirm what they are told to."""

from collections.abc import Callable, Sequence

from chassis.bus import Message


class Messenger:
    """Confirms the messages for which *confirms* holds, and turns away those for which *refuses* holds."""

    def __init__(
        self,
        confirms: Callable[[Message], bool] = lambda _message: True,
        refuses: Callable[[Message], bool] = lambda _message: False,
    ) -> None:
        self.confirms, self.refuses = confirms, refuses
        self.given: list[Message] = []
        self.turned_away: set[str] = set()

    def publish(self, messages: Sequence[Message]) -> set[str]:
        self.given += messages
        self.turned_away = {message.id for message in messages if self.refuses(message)}
        return {message.id for message in messages if self.confirms(message)} - self.turned_away

    def close(self) -> None:
        """Nothing is held."""

    def bodies(self) -> list[str]:
        return [message.body.decode() for message in self.given]
