"""A place in a list of tokens, and what reading has noticed on the way."""

from collections.abc import Collection

from verifiers.limits import MAX_NESTING, check
from verifiers.reading.tokens import Token
from verifiers.trees.tree import UnreadableError

_END = Token("", "", spaced=False)


class Cursor:
    """Walks over tokens; grammars build on it."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.notes: set[str] = set()
        """What the text used that a policy may ask about: `percent`, `approx`, `ratio`, `arithmetic` …"""

    def peek(self, ahead: int = 0) -> Token:
        """The token `ahead` of the current one; an empty token at the end."""
        place = self.position + ahead
        return self.tokens[place] if place < len(self.tokens) else _END

    def take(self) -> Token:
        """The current token, which is then behind."""
        token = self.peek()
        self.position += 1
        return token

    def at(self, *texts: str) -> bool:
        """Whether the current token is one of `texts`, as a sign, command or joining word."""
        token = self.peek()
        return token.kind in texts or (token.kind in {"command", "name"} and token.text in texts)

    def accept(self, *texts: str) -> bool:
        """Step over the current token if it is one of `texts`."""
        if self.at(*texts):
            self.position += 1
            return True
        return False

    def expect(self, texts: Collection[str]) -> Token:
        """Step over the current token, which has to be one of `texts`."""
        if not self.at(*texts):
            raise UnreadableError(
                f"{' or '.join(sorted(texts))} is missing before {self.peek().text[:20] or 'the end'!r}"
            )
        return self.take()

    def deeper(self) -> None:
        """Enter one level of nesting."""
        self.depth += 1
        check("MAX_NESTING", self.depth, MAX_NESTING)
