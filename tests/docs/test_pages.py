"""The documentation is true: what it takes from the code is fresh, and what it tells people to type works."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest
from pages import PAGES, ROOT, anchors, blocks, commands, inline, links, text

from dispatch_client.trips import TRANSITIONS, TripStatus
from kiosk.cli.main import main, sandbox
from kiosk.config import load

README = ROOT / "README.md"


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_maker", ROOT / "packaging" / "docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_in_the_readme_is_stale(docs: ModuleType) -> None:
    assert docs.stale(text(README)) == [], "mend it with: make docs"


@pytest.mark.parametrize(
    ("block", "old", "new"),
    [("settings", "`8", "`9"), ("help", "Run the box.", "Run."), ("states", "queued --> submitting", "queued")],
)
def test_a_stale_block_is_named_and_mended(docs: ModuleType, tmp_path: Path, block: str, old: str, new: str) -> None:
    page = tmp_path / "README.md"
    head, rest = text(README).split(f"<!-- generated: {block} -->")
    page.write_text(f"{head}<!-- generated: {block} -->{rest.replace(old, new, 1)}", encoding="utf-8")
    command = [sys.executable, str(ROOT / "packaging" / "docs.py"), str(page)]
    checked = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    assert f"stale: {block};" in checked.stderr
    assert "make docs" in checked.stderr
    assert docs.renewed(text(page)) == text(README)


def test_a_page_without_a_mark_is_refused(docs: ModuleType) -> None:
    with pytest.raises(ValueError, match="<!-- end: help -->"):
        docs.renewed(text(README).replace("<!-- end: help -->", ""))


def test_the_table_of_states_holds_every_step_and_the_diagram_only_such(docs: ModuleType) -> None:
    written = docs.states()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", written, flags=re.MULTILINE))
    assert {old: set(re.findall(r"`(\w+)`", new)) for old, new in rows.items()} == {
        old: set(new) for old, new in TRANSITIONS.items() if new
    }
    arrows = re.findall(r"^ +(\w+) (?:-->|-\.->) (\w+)", written, flags=re.MULTILINE)
    between = [(old, new) for old, new in arrows if old in TRANSITIONS and new in set(TripStatus)]
    assert len(between) >= 17
    assert all(new in TRANSITIONS[TripStatus(old)] for old, new in between)


def test_every_link_leads_somewhere() -> None:
    for page in PAGES:
        for link in links(page):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: {link}"
            assert not anchor or anchor in anchors(target), f"{page.name}: {link}"


def test_every_picture_is_shown_and_they_are_light() -> None:
    pictures = {path.name for path in (ROOT / "docs").glob("*.png")}
    assert pictures == {Path(link).name for page in PAGES for link in links(page) if link.endswith(".png")}
    assert sum(path.stat().st_size for path in (ROOT / "docs").iterdir()) < 2_000_000


def test_the_pictures_are_those_that_the_program_draws(docs: ModuleType) -> None:
    assert {path.name for path in (ROOT / "docs").glob("*.png")} == set(docs.STRIPS)
    from kiosk.samples import samples

    known = {name for name, _ in samples("en")}
    assert {Path(screen).name for _, screens, _ in docs.STRIPS.values() for screen in screens} <= known


def test_every_word_of_make_exists() -> None:
    words = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    asked = [(page, rest.split()[0]) for page, rest in commands("make") if rest]
    assert len(asked) > 10
    assert [(page.name, word) for page, word in asked if word not in words] == []


def parse(words: list[str]) -> None:
    """Read a command line as `taxi-kiosk` would, down to its last word; nothing is done."""
    command: click.Command = main
    context = click.Context(main, **main.context_settings)  # as it is called: help has two names
    while isinstance(command, click.Group):
        assert words, f"{context.command_path}: a command is missing"
        name, following, words = command.resolve_command(context, words)
        assert following is not None, name
        command, context = following, click.Context(following, info_name=name, parent=context)
        if isinstance(command, click.Group) and not words:
            return
    command.make_context(command.name, words, parent=context.parent)


def test_every_command_can_be_typed() -> None:
    called = [rest for _, rest in commands("taxi-kiosk")]
    assert len(called) > 15
    for rest in called:
        parse(shlex.split(rest) or ["config"])
    extras = [shlex.split(rest) for _, rest in commands("make") if re.match(r"(demo|gallery) ARGS=", rest)]
    assert len(extras) >= 2
    for word, given in extras:
        parse([word, *shlex.split(given.removeprefix("ARGS="))])


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    with pytest.raises(click.UsageError):
        parse(["sandbox", "--behavior", "normal"])
    with pytest.raises(click.UsageError):
        parse(["ride"])


def test_every_key_that_the_pages_name_exists() -> None:
    known = set(re.findall(r"^\| `(\w+\.\w+)` \|", text(README), flags=re.MULTILINE))
    sections = {key.split(".")[0] for key in known}
    named = {code for page in PAGES for code in inline(page) if re.fullmatch(rf"({'|'.join(sections)})\.\w+", code)}
    assert {name for name in named if not (ROOT / name).exists()} <= known
    assert "store.key_file" in named


@pytest.mark.parametrize("example", blocks(README, "python"), ids=["dispatch_client", "hardware"])
def test_the_examples_run(example: str, tmp_path: Path) -> None:
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    (tmp_path / "example.py").write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "example.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if "Courier" in example:
        assert "driver_assigned 沪A" in done.stdout
        assert done.stdout.endswith("completed\n")
    else:
        assert "CardSeen" in done.stdout
        assert "PrintResult.PRINTED" in done.stdout
        assert (tmp_path / "slip.png").stat().st_size > 0


def test_the_configuration_for_trying_asks_the_sandbox() -> None:
    config = load(ROOT / "docs" / "try.toml")
    usual = {parameter.name: parameter.default for parameter in sandbox.params}
    assert config.dispatch.url == f"http://127.0.0.1:{usual['port']}"
    assert config.dispatch.token.reveal() == usual["token"]
