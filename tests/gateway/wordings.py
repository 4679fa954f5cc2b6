"""Find text that people read: what stands raw in a template or a script, and what Python marks for translation."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

READ = {"title", "alt", "placeholder", "aria-label", "aria-description", "aria-valuetext", "aria-roledescription"}
NAMES = {"Kundekort", "Norsk", "English", "JSON", "OpenAPI", "Escape", "Enter", "Ctrl"}  # the same in every language
TAGS = {"form", "button", "dialog", "details", "input", "summary"}  # of a selector: "form button"
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"^[A-ZÆØÅ][a-zæøå]+$|[^\W\d_]{2,} [^\W\d_]{2,}")  # one word as a label has it, or several
MARKS = {"_", "gettext", "ngettext", "lazy"}
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
CODE = re.compile(r"[\[\]#=<>():.,{}$]|^use strict$")  # a selector, a piece of markup, an address

PIECE = re.compile(r'="|-x*$|^/\S*$')  # of a tag, of an id, of an address


class Read(HTMLParser):
    """Gather what a browser would show or say."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style")
        for name, value in attrs:
            data = name.startswith("data-") and SENTENCE.search(value or "")
            if value and (name in READ or data or (tag, name) == ("meta", "description")):
                self.found.append(value)

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent:
            self.found.append(data)


def raw_in_template(path: Path) -> set[str]:
    """List what a template says without asking the catalogue: in its markup, and as a string in its code."""
    source, environment = path.read_text(), Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701  # only read
    markup = "".join(
        value if kind == "data" else "x" if kind == "variable_begin" else ""
        for _, kind, value in environment.lex(source)
    )
    reader = Read()
    reader.feed(markup)
    said = {line.strip() for text in reader.found for line in text.splitlines()} - {"true"}  # a block's flag
    return {each for each in said if _words(each)} | _raw_strings(environment.parse(source))


def _words(text: str) -> set[str]:
    """List the words of a text that are ours; an x stands for what the template puts in."""
    return set() if PIECE.search(text) else {word.strip("x") for word in WORD.findall(text)} - NAMES - {""}


def _raw_strings(tree: nodes.Node) -> set[str]:
    marked, tested = set(), set()  # what asks the catalogue, and what is only compared or looked up
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MARKS:
            marked |= {id(each) for each in call.args}
    for pair in tree.find_all(nodes.Pair):
        tested.add(id(pair.key))
    for test in (*tree.find_all(nodes.Operand), *tree.find_all(nodes.Getitem), *tree.find_all(nodes.Test)):
        tested |= {id(each) for each in test.iter_child_nodes()}
    strings = [each for each in tree.find_all(nodes.Const) if isinstance(each.value, str)]
    raw = {each.value for each in strings if id(each) not in marked | tested}
    return {each for each in raw if SENTENCE.search(each) and not CODE.search(each)} - NAMES


def raw_in_script(path: Path) -> set[str]:
    """List the sentences in a script: it has none of its own, the page gives it all it says."""
    source = re.sub(r"^\s*//.*$|\s//\s.*$", "", path.read_text(), flags=re.MULTILINE)
    found = (next(filter(None, match.groups()), "") for match in STRING.finditer(source))
    strings = {re.sub(r"\s*\$\{[^}]*\}", "", each).strip() for each in found}
    said = {each for each in strings if SENTENCE.search(each) and not CODE.search(each)}
    return {each for each in said if set(each.split()) - TAGS} - NAMES


def marked_in(tree: ast.AST) -> set[str]:
    """List what a Python file marks for translation."""
    found = set()
    for node in ast.walk(tree):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if name in MARKS:
            found |= {
                each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    return found
