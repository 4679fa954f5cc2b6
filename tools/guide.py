"""Write the user guide from what the card says about itself: ``python -m tools.guide``."""

import sys
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from gateway.items import OWNERS  # noqa: E402  # the path must stand first
from gateway.preferences.language import COOKIE  # noqa: E402
from gateway.web import texts  # noqa: E402
from gateway.web.guide import KEYS, TERMS, TOUR  # noqa: E402
from gateway.web.help import explained  # noqa: E402

FILES = {"nb": ROOT / "docs/brukerveiledning.md", "en": ROOT / "docs/user-guide.md"}
BEGINNING = {
    "nb": "# Brukerveiledning\n\nDet samme står på hjelpesiden i Kundekort, og ved spørsmålstegnet på hvert punkt.\n",
    "en": "# User guide\n\nThe help page of Kundekort says the same, and so does the question mark at each item.\n",
}


def guide(language: str) -> str:
    """Put the explanations together, in the order of the help page."""
    app = Flask("guide", template_folder=str(ROOT / "gateway/web/templates"))
    texts.install(app)
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={language}"}):
        say = texts.gettext
        words = app.jinja_env.get_template("macros/words.html").module
        titles = {**words.facts, **words.parts}  # type: ignore[attr-defined]  # a template's variables
        tour = [f"{place}. **{say(step.title)}.** {say(step.text)}" for place, step in enumerate(TOUR, 1)]
        items = [f"### {titles[key]}\n\n{explained(key)}\n" for key in OWNERS]
        terms = [f"- **{say(term)}:** {say(meaning)}" for term, meaning in TERMS.items()]
        keys = [f"- **{key}:** {say(does)}" for key, does in KEYS]
        parts = [
            f"## {say('In one minute')}\n", *tour, "",
            f"## {say('The items of the card')}\n", *items,
            f"## {say('Words')}\n", *terms, "",
            f"## {say('Keys')}\n", *keys, "",
        ]  # fmt: skip
    return "\n".join([BEGINNING[language], *parts])


def main() -> None:
    """Write both."""
    for language, path in FILES.items():
        path.write_text(guide(language))


if __name__ == "__main__":
    main()
