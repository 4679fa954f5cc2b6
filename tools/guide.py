"""Write the user guide from what the card says about itself: ``python -m tools.guide``."""

import sys
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from gateway.items import OWNERS  # noqa: E402  # the path must stand first
from gateway.web import texts  # noqa: E402
from gateway.web.help import explained  # noqa: E402

FILES = {"nb": ROOT / "docs/brukerveiledning.md", "en": ROOT / "docs/user-guide.md"}
BEGINNING = {
    "nb": "# Brukerveiledning\n\nHva hvert punkt på kundekortet er. Spørsmålstegnet ved punktet sier det samme.\n",
    "en": "# User guide\n\nWhat each item of the customer card is. The question mark at the item says the same.\n",
}


def guide(language: str) -> str:
    """Put the explanations together."""
    app = Flask("guide", template_folder=str(ROOT / "gateway/web/templates"))
    texts.install(app)
    with app.test_request_context(headers={"Cookie": f"{texts.COOKIE}={language}"}):
        words = app.jinja_env.get_template("macros/words.html").module
        titles = {**words.facts, **words.parts}  # type: ignore[attr-defined]  # a template's variables
        parts = [f"## {titles[key]}\n{explained(key)}\n" for key in OWNERS]
    return "\n".join([BEGINNING[language], *parts])


def main() -> None:
    """Write both."""
    for language, path in FILES.items():
        path.write_text(guide(language))


if __name__ == "__main__":
    main()
