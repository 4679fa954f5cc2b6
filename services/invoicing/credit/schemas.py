"""Rating and limit as they go over HTTP."""

from chassis.shapes import Choice, Day, Exact, Line, Shape, Whole
from services.invoicing.terms.models import HIGHEST_SCORE, LETTERS


class RatingShape(Shape):
    """What somebody thinks of the customer's ability to pay; today if no date is given."""

    letter = Choice(*LETTERS, required=True)
    score = Whole(0, HIGHEST_SCORE, required=True)
    source = Line(100, required=True)
    rated_on = Day()


class LimitShape(Shape):
    """How much the customer may owe, in NOK; zero means that nothing is delivered on credit."""

    amount = Exact(required=True)
