"""Everything that people read is there in Norwegian."""

import re
from pathlib import Path

import pytest

from chassis import events
from gateway.items import OWNERS
from gateway.web import texts
from gateway.web.forms import FORMS
from gateway.web.help import HELP
from gateway.web.sentences import SENTENCES
from services.customers.reactions import on as log
from tests import messages
from tools import guide

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "gateway/web/templates").rglob("*.html"))
MARKED = re.compile(r"""n?gettext\(\s*"([^"]+)"|\b_\(\s*(?:"([^"]+)"|'([^']+)')""")
SAME = {"%(text)s"}  # nothing to translate


def in_norwegian(text):
    return text in texts.catalogue("nb") or text in SAME


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_of_a_template(path):
    found = {next(filter(None, match.groups())) for match in MARKED.finditer(path.read_text())}

    assert {text for text in found if not in_norwegian(text)} == set()


def test_every_refusal_and_message_of_a_service():
    said = messages.refusals() | messages.field_messages()

    assert len(said) > 60
    assert {text for text in said if not in_norwegian(text)} == set()


def test_every_title_of_a_form():
    titles = {title for form in FORMS.values() for title in (form.title, form.title_edit) if title}

    assert {title for title in titles if not in_norwegian(title)} == set()


def test_every_item_is_explained():
    assert set(HELP) == set(OWNERS)
    assert {text for text in HELP.values() if not in_norwegian(text)} == set()


@pytest.mark.parametrize("language", guide.FILES)
def test_the_user_guide_says_what_the_card_says(language):
    assert guide.FILES[language].read_text() == guide.guide(language)


def test_every_event_of_a_customer_has_its_sentence():
    told = {name: kind for name, kind in log.known.items() if not events.is_snapshot(kind)}  # those are in no log
    wanted = {name for name, kind in told.items() if "customer_id" in kind.__dataclass_fields__}

    assert wanted == set(SENTENCES)
    assert {text for text in SENTENCES.values() if not in_norwegian(text)} == set()


def test_numbers_in_a_message_stand_where_the_language_wants_them():
    assert texts.say("At most 200 characters.") == "Høyst 200 tegn."
    assert texts.say("Nobody ever said this 7.") == "Nobody ever said this 7."


def test_every_right_that_opens_a_form_is_one_that_a_route_demands():
    text = (ROOT / "gateway/web/templates/macros/actions.html").read_text()
    offered = set(re.findall(r'"(\w+:\w+:write)"', text))
    demanded = {
        f"{path.parts[-3]}:{resource}:write"
        for path in ROOT.glob("services/*/*/api.py")
        for resource in re.findall(r'Routes\("(\w+)"', path.read_text())
    }

    assert demanded
    assert offered - {"gateway:settings:write"} <= demanded
