"""Carriers of the tests' own: they write down what they are given, and confirm what they are told to."""

from collections.abc import Callable, Sequence

from chassis.bus import Message


class Messenger:
    """Confirms the messages for which *confirms* holds."""

    def __init__(self, confirms: Callable[[Message], bool] = lambda _message: True) -> None:
        self.confirms = confirms
        self.given: list[Message] = []

    def publish(self, messages: Sequence[Message]) -> set[str]:
        self.given += messages
        return {message.id for message in messages if self.confirms(message)}

    def close(self) -> None:
        """Nothing is held."""

    def bodies(self) -> list[str]:
        return [message.body.decode() for message in self.given]
