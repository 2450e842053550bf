"""Reads what is not made of whole bytes: the heads of video streams."""

from __future__ import annotations


class Bits:
    """Gives bits from the first on. Beyond the end are zeros, for what is read may be malformed."""

    __slots__ = ("_left", "_value")

    def __init__(self, content: bytes) -> None:
        self._value, self._left = int.from_bytes(content), 8 * len(content)

    def take(self, count: int = 1) -> int:
        """The next bits as a number, the most significant first."""
        self._left -= count
        return self._value >> self._left & (1 << count) - 1 if self._left >= 0 else 0

    def number(self) -> int:
        """A number with as many zeros before it as it has bits: ue(v) of ITU-T H.264, uvlc() of AV1."""
        zeros = 0
        while self._left > 0 and not self.take():
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros) if zeros < 32 else 0

    def signed(self) -> int:
        """The same with a sign: se(v) of ITU-T H.264."""
        number = self.number()
        return (number + 1) // 2 if number % 2 else -(number // 2)
