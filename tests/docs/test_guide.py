"""The integrator's guide, typed line by line at a sandbox: every answer is the one that is shown."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from string import Template

import pytest
import requests
from pages import ROOT, Step, steps, text

from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.trips import TRANSITIONS, TripStatus

GUIDE = ROOT / "docs" / "connect-your-dispatcher.md"
PAIR = re.compile(r'"\w+": (?:"[^"…]*"|-?\d+|null|true|false)')

curl = argparse.ArgumentParser(prog="curl")
curl.add_argument("-s", "-N", action="store_true")
curl.add_argument("-i", action="store_true")
curl.add_argument("-H", action="append", default=[])
curl.add_argument("--json")
curl.add_argument("--max-time", type=float, default=10)
curl.add_argument("url")


def ask(words: list[str]) -> tuple[requests.Response, bool]:
    """Send what this call of curl would send; the answer, and whether its head is shown as well."""
    given = curl.parse_args(words)
    headers = dict(line.split(": ", 1) for line in given.H)
    body = given.json
    if body is not None:
        headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        body = (ROOT / body[1:]).read_bytes() if body.startswith("@") else body.encode()
    method = "GET" if body is None else "POST"
    answer = requests.request(method, given.url, headers=headers, data=body, timeout=given.max_time, stream=True)
    return answer, given.i


def is_as_shown(answer: requests.Response, shown: tuple[str, ...], *, head: bool) -> None:
    lines = list(shown)
    if head:
        assert lines.pop(0).split()[:2] == ["HTTP/1.1", str(answer.status_code)]
        while not lines[0].startswith("{"):
            name, value = lines.pop(0).split(": ", 1)
            assert answer.headers[name] == value
    else:
        assert answer.ok
    if answer.headers["Content-Type"].startswith("text/event-stream"):
        came = [line.decode() for line, _ in zip(answer.iter_lines(), range(3), strict=False)]
        assert [line.split(": ")[0] for line in came] == [line.split(": ")[0] for line in lines]
        assert came[1] == lines[1]
        body, lines = json.loads(came[2].removeprefix("data: ")), lines[2:]
    else:
        body = answer.json()
    [line] = lines
    pairs = PAIR.findall(line)
    told = json.dumps(body, ensure_ascii=False)
    assert [pair for pair in pairs if pair not in told] == []
    if "…" not in line:
        assert json.loads(line) == body
    assert pairs or "…" not in line


def test_every_line_of_the_guide() -> None:
    variables: dict[str, str] = {}
    asked = 0
    with Sandbox(token="sandbox", behaviour=Behaviour.SLOW_TO_ACCEPT) as city:
        for step in steps(GUIDE):
            program, *words = shlex.split(Template(step.command).safe_substitute(variables))
            if program == "export":
                name, value = words[0].split("=", 1)
                variables[name] = city.url if name == "HAIL" else value
            elif program == "curl":
                answer, head = ask(words)
                with answer:
                    is_as_shown(answer, step.shown, head=head)
                asked += 1
            else:  # the tests of docs/example run with all others
                assert program in {"taxi-kiosk", "pip", "pytest"}, step.command
    assert asked >= 12
    assert variables["HAIL"] == city.url


@pytest.mark.parametrize("wrong", ['{"status": "late", …}', '{"status": "ok", "more": 1}'])
def test_an_answer_that_is_not_as_shown_would_be_seen(wrong: str) -> None:
    with Sandbox(token="sandbox") as city:
        answer, head = ask(["-s", "-H", "Authorization: Bearer sandbox", f"{city.url}/v1/health"])
        assert answer.content
        is_as_shown(answer, ('{"status": "ok"}',), head=head)
        with pytest.raises(AssertionError):
            is_as_shown(answer, (wrong,), head=head)


def test_the_guide_tells_what_each_status_does() -> None:
    told = set(re.findall(r"`(\w+)`", text(GUIDE)))
    ours = {TripStatus.QUEUED, TripStatus.SUBMITTING}
    assert set(TRANSITIONS) - ours - {TripStatus.COMPLETED, TripStatus.CANCELLED_BY_RIDER} <= told


def test_steps_are_read_with_what_they_show() -> None:
    assert Step('export AUTH="Authorization: Bearer sandbox"', ()) in steps(GUIDE)
