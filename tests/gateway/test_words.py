"""Everything that people read is there in Norwegian."""

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from chassis import events
from gateway.items import OWNERS
from gateway.web import texts
from gateway.web.forms import FORMS
from gateway.web.help import HELP
from gateway.web.sentences import SENTENCES, happened
from services.customers.reactions import on as log
from tests import messages
from tests.gateway import wordings
from tools import guide

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "gateway/web/templates").rglob("*.html"))
MARKED = re.compile(r"""n?gettext\(\s*"([^"]+)"|\b_\(\s*(?:"([^"]+)"|'([^']+)')""")
SCRIPTS = sorted((ROOT / "gateway/web/static").glob("*.js"))
SOURCES = sorted(path for path in (ROOT / "gateway").rglob("*.py") if "demo" not in path.parts)
CATALOGUES = sorted((ROOT / "gateway/web/locale").rglob("*.po"))
SAME = {"%(text)s"}  # nothing to translate
PLACE = re.compile(r"%\(\w+\)s|\{\}")


def in_norwegian(text):
    return text in texts.catalogue("nb") or text in SAME


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_of_a_template(path):
    found = {next(filter(None, match.groups())) for match in MARKED.finditer(path.read_text())}

    assert {text for text in found if not in_norwegian(text)} == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_says_nothing_but_what_stands_in_the_catalogue(path):
    assert wordings.raw_in_template(path) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_says_only_what_the_page_gives_it(path):
    assert wordings.raw_in_script(path) == set()


def test_every_text_that_the_gateway_marks():
    said = {text for path in SOURCES for text in wordings.marked_in(ast.parse(path.read_text()))}

    assert len(said) > 60
    assert {text for text in said if not in_norwegian(text)} == set()


def test_raw_text_is_found_wherever_it_hides(tmp_path):
    page, script = tmp_path / "page.html", tmp_path / "script.js"
    page.write_text(
        """<p title="Slett den">Hei <b>{{ name }}</b> {{ field("name", "Navn") }} {{ _("Saved.") }}</p>required
        <a aria-label="Lukk" data-said="Er lagret nå" href="/x">{% set all = {"k": "Alle"} %}
        {{ "Ja" if yes == "no way" }}</a>"""
    )
    script.write_text("""say("Det gikk ikke"); it.title = 'Lagret'; it.text = `Laster ${n} filer`; find("#a b");""")

    assert wordings.raw_in_template(page) == {
        "Slett den", "Hei", "Navn", "required", "Lukk", "Er lagret nå", "Alle", "Ja",
    }  # fmt: skip
    assert {each.split()[0] for each in wordings.raw_in_script(script)} == {"Det", "Lagret", "Laster"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_is_whole(path):
    """Both numbers are there, and whatever is put into the text is put into its translation."""
    entries = [each for each in read_po(BytesIO(path.read_bytes()), locale="nb") if each.id]
    for entry in entries:
        wanted, said = [([each] if isinstance(each, str) else list(each)) for each in (entry.id, entry.string)]
        assert all(said), entry.id
        assert len(said) == len(wanted), entry.id
        assert {*PLACE.findall(" ".join(wanted))} == {*PLACE.findall(" ".join(said))}, entry.id
        assert not entry.fuzzy, entry.id


def test_no_text_is_translated_in_two_ways():
    seen = {}
    for path in CATALOGUES:
        for entry in read_po(BytesIO(path.read_bytes()), locale="nb"):
            if entry.id:
                assert seen.setdefault(entry.id, entry.string) == entry.string, entry.id


def test_every_refusal_and_message_of_a_service():
    said = messages.refusals() | messages.field_messages()

    assert len(said) > 60
    assert {text for text in said if not in_norwegian(text)} == set()


def test_every_title_of_a_form():
    titles = {title for form in FORMS.values() for title in (form.title, form.title_edit) if title}

    assert {title for title in titles if not in_norwegian(title)} == set()


@pytest.mark.parametrize("key", sorted({*OWNERS} - {"general"}))
def test_an_empty_item_says_what_it_is_for(key):
    page = (ROOT / f"gateway/web/templates/items/{key}.html").read_text()
    said = re.search(r'{% block empty %}{{ _\("([^"]+)"\)', page)[1]

    assert len(re.findall(r"[.:](?: |$)", said)) > 1, said


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


def test_amounts_and_months_are_written_as_norwegians_write_them():
    told = happened({"type": "invoicing.CreditLimitApproved", "data": {"limit": "100000.00"}})

    assert told.replace("\N{NO-BREAK SPACE}", " ") == "Godkjente en kredittgrense på 100 000,00 kr."
    assert texts.month("2026-11") == "nov. 2026"


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
