"""What shoes share, seen from the side with the toe on the left. The foot is 100 long; y = 0 is the ground."""

from __future__ import annotations

from dataclasses import dataclass

from clothier.data.generated.shapes import Outline, curve


@dataclass(frozen=True)
class Sole:
    """A sole: `heel` is how much higher the heel stands than the ball, `platform` its height under the ball."""

    heel: float
    platform: float
    thickness: float
    spring: float = 2.0  # how far the toe is lifted

    @property
    def seat(self) -> float:
        """The height that the heel of the foot stands on."""
        return -self.platform - self.heel

    def bed(self) -> Outline:
        """What the foot stands on: 15 points from the toe over the ball, point 4, to the heel."""
        ball, arch = (34.0, -self.platform), (74.0, -self.platform - self.heel * 0.8)
        return [
            *curve((0, -self.platform - self.spring), (10, -self.platform), ball, 4),
            *curve(ball, (54, -self.platform), arch, 6)[1:],
            *curve(arch, (86, self.seat), (97, self.seat), 4)[1:],
        ]

    def outline(self) -> Outline:
        """The sole itself: the bed and, `thickness` below it, its underside."""
        under = [(x, min(y + self.thickness, 0)) for x, y in self.bed()]
        return [*self.bed(), *reversed(under)]

    def wedge(self) -> Outline:
        """All between the bed and the ground."""
        return [*self.bed(), (97, 0), (8, 0), (0, -self.spring)]

    def heel_block(self, top: float, tip: float, rake: float) -> Outline:
        """A heel `top` wide where it meets the sole and `tip` wide on the ground, set forward by `rake`."""
        high = self.seat + self.thickness / 2
        inner, foot = (97 - top, high + self.heel * 0.1), 97 - rake
        return [
            *curve((97, high), (foot + 0.5, high / 2), (foot, 0), 4),
            *curve((foot - tip, 0), (foot - tip - 0.5, high / 2), inner, 4),
        ]
