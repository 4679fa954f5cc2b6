"""A release is found by its tag or its commit, or said to be missing; and the next one is cut."""

import subprocess
import tomllib

import pytest

from tools import release
from tools.compat import releases
from tools.compat.releases import ROOT, Release, ReleaseMissing
from tools.release import NotReleased

PROJECT = '[project]\nname = "kundekort"\nversion = "0.1.0"\n'
LISTED = """# The releases.

[[release]]
version = "0.1.0"
tag = "v0.1.0"
commit = "{commit}"

# What one release prepared.

[[prepared]]
finding = "event customers.NoteRevised: removed"
release = "0.1.0"
"""


def git(folder, *arguments):
    named = ["-c", "user.name=Ada", "-c", "user.email=ada@nordlys.no"]
    done = subprocess.run(["git", *named, "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one release, which has gone on since."""
    for name, value in (("NAME", "Ada"), ("EMAIL", "ada@nordlys.no")):
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    folder = tmp_path / "project"
    git(tmp_path, "init", "--quiet", str(folder))
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "uv.lock").write_text(f'[[package]]\nname = "flask"\nversion = "3.1.3"\n\n[[package]]\n{PROJECT[10:]}')
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "First")
    git(folder, "tag", "--annotate", "v0.1.0", "--message", "First")
    (folder / "releases.toml").write_text(LISTED.format(commit=git(folder, "rev-parse", "HEAD")))
    (folder / "later.txt").write_text("later")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Second")
    return folder


def test_a_release_is_unpacked_as_it_was(project, tmp_path):
    tree = releases.unpack(releases.previous(project), tmp_path / "tree", project)

    assert {path.name for path in tree.iterdir()} == {"pyproject.toml", "uv.lock"}


def test_a_clone_without_tags_finds_it_by_its_commit(project):
    first = releases.previous(project)
    git(project, "tag", "--delete", "v0.1.0")

    assert releases.commit_of(first, project) == first.commit


def test_a_clone_that_has_neither_says_so_and_what_to_do(project, tmp_path):
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--no-tags", f"file://{project}", str(shallow))

    with pytest.raises(ReleaseMissing, match=r"0\.1\.0 is not in this clone.*git fetch --tags --unshallow"):
        releases.unpack(releases.previous(shallow), tmp_path / "tree", shallow)
    with pytest.raises(ReleaseMissing, match=r"not in this clone"):
        releases.commit_of(releases.previous(shallow), tmp_path)  # no clone at all


def test_a_tag_that_was_moved_is_not_believed(project):
    git(project, "tag", "--annotate", "--force", "v0.1.0", "--message", "Moved", "HEAD")

    with pytest.raises(ReleaseMissing, match="a release is never moved"):
        releases.commit_of(releases.previous(project), project)


def test_this_projects_releases_can_all_be_found():
    assert [releases.commit_of(each) for each in releases.releases()] == [each.commit for each in releases.releases()]


def test_the_next_release_is_named_tagged_and_entered(project):
    made = release.cut("0.2.0", project)

    assert releases.previous(project) == made == Release("0.2.0", "v0.2.0", git(project, "rev-parse", "HEAD~1"))
    assert releases.commit_of(made, project) == git(project, "rev-parse", "v0.2.0^{commit}")
    assert git(project, "cat-file", "-t", "v0.2.0") == "tag"  # annotated: plain ones do not follow a push
    assert tomllib.loads((project / "pyproject.toml").read_text())["project"]["version"] == "0.2.0"
    locked = tomllib.loads((project / "uv.lock").read_text())["package"]
    assert {each["name"]: each["version"] for each in locked} == {"flask": "3.1.3", "kundekort": "0.2.0"}
    assert releases.prepared(project) == []  # finished with this release
    assert "# What one release prepared." in (project / "releases.toml").read_text()
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "next", "", "0.2"])
def test_a_version_that_does_not_come_next_is_refused(project, version):
    before = git(project, "rev-parse", "HEAD")

    with pytest.raises(NotReleased):
        release.cut(version, project)
    assert git(project, "rev-parse", "HEAD") == before


def test_what_is_not_committed_is_not_released(project):
    (project / "later.txt").write_text("later still")

    with pytest.raises(NotReleased, match="not committed"):
        release.cut("0.2.0", project)


def test_what_is_released_is_named_so():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == releases.previous().version
