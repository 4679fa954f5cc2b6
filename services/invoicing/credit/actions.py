"""What is thought and decided about a customer's credit."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from chassis.outbox import record
from chassis.tables import today
from contracts.integration import CreditReportReceived
from contracts.invoicing import CreditLimitApproved, CreditRatingChanged, CreditRecommended
from services.invoicing.terms.models import HIGHEST_SCORE, LETTERS, Terms

CENT = Decimal("0.01")


class NotBelieved(Exception):
    """A report says a letter from A to E, a score from 0 to 99, and a limit that is an amount of money."""


def rate(session: Session, terms: Terms, letter: str, score: int, source: str, rated_on: date | None = None) -> Terms:
    """Note how well the customer is thought to pay; the earlier rating stays in the log."""
    before = terms.credit_rating, terms.credit_score
    rated_on = rated_on or today()
    if (*before, terms.credit_source, terms.credit_rated_on) == (letter, score, source, rated_on):
        return terms
    terms.credit_rating, terms.credit_score = letter, score
    terms.credit_source, terms.credit_rated_on = source, rated_on
    record(session, CreditRatingChanged(terms.id, letter, score, source, rated_on, *before), terms)
    return terms


def approve(session: Session, terms: Terms, amount: Decimal) -> Terms:
    """Decide how much the customer may owe."""
    before = terms.approved_credit_limit
    if before != amount:
        terms.approved_credit_limit = amount
        record(session, CreditLimitApproved(terms.id, amount, before), terms)
    return terms


def take_in(session: Session, terms: Terms, report: CreditReportReceived) -> None:
    """Believe a credit bureau's rating, and keep its recommendation beside what the agency decides."""
    if report.letter not in LETTERS or not 0 <= report.score <= HIGHEST_SCORE or not _is_money(report.recommended):
        raise NotBelieved(f"{report.letter} {report.score} {report.recommended}")
    rate(session, terms, report.letter, report.score, report.source, report.reported_on)
    if report.recommended is not None:
        terms.recommended_credit, terms.recommended_source = report.recommended, report.source
        terms.recommended_on, terms.recommended_reasons = report.reported_on, report.reasons
        recommended = CreditRecommended(terms.id, report.recommended, report.source, report.reported_on, report.reasons)
        record(session, recommended, terms)


def _is_money(amount: Decimal | None) -> bool:
    return amount is None or (amount.is_finite() and amount >= 0 and amount == amount.quantize(CENT))
