"""What stands elsewhere is asked for only where that is allowed, at public addresses only, little, and not for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.config import OutgoingSettings
from lms.errors import Invalid, Unavailable
from lms.store.runtime import SETTINGS
from lms.work import fetching
from lms.work.fetching import Fetched, fetch, is_open
from tests.lms.work.elsewhere import Elsewhere, answer, site_elsewhere

LOOPBACK = ["127.0.0.1/32"]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with site_elsewhere() as found:
        yield found


def allow(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    outgoing = OutgoingSettings.model_validate({"is_allowed": True, "open_networks": LOOPBACK} | values)
    told = app.extensions[SETTINGS].model_copy(update={"outgoing": outgoing})
    monkeypatch.setitem(app.extensions, SETTINGS, told)


@pytest.fixture
def asking(site: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application that may ask others, and loopback too."""
    allow(site, monkeypatch)
    with site.app_context():
        yield site


def get(url: str, most_bytes: int = 1000, *, cuts: bool = False) -> Fetched:
    return fetch(url, most_bytes=most_bytes, accept="text/html", cuts=cuts)


def test_nobody_is_asked_unless_the_operator_allows_it(site: Flask, elsewhere: Elsewhere) -> None:
    with site.app_context(), pytest.raises(Invalid) as refusal:
        get(elsewhere.url())
    assert refusal.value.code == "outgoing_off"
    assert elsewhere.asked == []


def test_an_answer_comes_with_its_address_kind_and_bytes(asking: Flask, elsewhere: Elsewhere) -> None:
    elsewhere.answers["/a%20b?c=%C3%A9"] = answer(b"<p>x", "Text/HTML; charset=ISO-8859-1")
    found = get(elsewhere.url("/a b?c=é"))
    assert (found.media_type, found.charset, found.content) == ("text/html", "iso-8859-1", b"<p>x")
    head = elsewhere.asked[0]
    assert f"Host: 127.0.0.1:{elsewhere.port}\r\n" in head
    assert not {"cookie", "referer", "authorization"} & {
        line.partition(":")[0].casefold() for line in head.split("\r\n")
    }


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1",  # noqa: S104 - one of those that are refused
     "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1",
     "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::",
     "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1"],
)  # fmt: skip
def test_special_addresses_are_never_asked(number: str) -> None:
    assert not is_open(ip_address(number), OutgoingSettings())


@pytest.mark.parametrize("number", ["9.9.9.9", "93.184.216.34", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_public_addresses_may_be_asked(number: str) -> None:
    assert is_open(ip_address(number), OutgoingSettings())


@given(st.ip_addresses(v=4))
def test_an_address_in_the_clothes_of_another_is_judged_as_what_it_is(number: Any) -> None:
    assert is_open(ip_address(f"::ffff:{number}"), OutgoingSettings()) == is_open(number, OutgoingSettings())


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)", "//example.org", "http://", "http://user:pass@example.org/",
     "http://example.org@127.0.0.1/", "http://[::1", "http://example.org:99999/", "http://ex\u2100mple..org/", "data:text/html,x"],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(
    asking: Flask, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(socket, "create_connection", None)
    with pytest.raises(Invalid) as refusal:
        get(url)
    assert refusal.value.code == "address_refused"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)  # fmt: skip
def test_this_machine_cannot_be_reached_under_any_of_its_names(
    site: Flask, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere, host: str
) -> None:
    allow(site, monkeypatch, open_networks=[])
    elsewhere.answers["/"] = answer(b"secret")
    with site.app_context(), pytest.raises((Invalid, Unavailable)):
        get(elsewhere.url(host=host))
    assert elsewhere.asked == []


def test_other_ports_than_those_of_the_web_are_only_asked_where_the_operator_opened_the_network(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, monkeypatch, open_networks=[])
    monkeypatch.setattr(fetching.socket, "getaddrinfo", _names({"shop.example": "9.9.9.9"}))
    with site.app_context(), pytest.raises(Invalid) as refusal:
        get("http://shop.example:25/")
    assert refusal.value.code == "address_refused"


def _names(numbers: dict[str, str], *later: dict[str, str]) -> Any:
    """A resolver that knows these names, and others the next time."""
    answers = [numbers, *later]

    def look_up(host: str, port: int, **_options: Any) -> list[tuple[Any, ...]]:
        known = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in known[host].split()]

    return look_up


def test_a_name_that_leads_inside_is_refused_though_another_of_its_addresses_is_public(
    site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(site, monkeypatch, open_networks=[])
    monkeypatch.setattr(fetching.socket, "getaddrinfo", _names({"two.example": "9.9.9.9 127.0.0.1"}))
    with site.app_context(), pytest.raises(Invalid) as refusal:
        get("http://two.example/")
    assert refusal.value.code == "address_refused"


def test_a_name_that_answers_differently_a_moment_later_gains_nothing(
    asking: Flask, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere
) -> None:
    """The connection goes to the address that was looked at: a second answer of the resolver is never asked for."""
    elsewhere.answers["/"] = answer(b"ok")
    asked: list[str] = []
    first = _names({"turning.example": "127.0.0.1"}, {"turning.example": "10.0.0.1"})

    def counting(host: str, port: int, **options: Any) -> Any:
        asked.append(host)
        return first(host, port, **options)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", counting)
    assert get(elsewhere.url(host="turning.example")).content == b"ok"
    assert asked == ["turning.example"]
    assert f"Host: turning.example:{elsewhere.port}" in elsewhere.asked[0]


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://169.254.169.254/latest/", "file:///etc/passwd", "http://[::1]/"]
)
def test_a_redirect_to_where_one_may_not_go_is_refused(
    asking: Flask, elsewhere: Elsewhere, target: str
) -> None:
    elsewhere.answers["/"] = answer(status="302 Found", Location=target)
    with pytest.raises(Invalid) as refusal:
        get(elsewhere.url())
    assert refusal.value.code == "address_refused"


def test_a_few_redirects_are_followed_and_an_endless_chain_is_not(
    asking: Flask, elsewhere: Elsewhere
) -> None:
    for number in range(3):
        elsewhere.answers[f"/{number}"] = answer(status="301 Moved", Location=f"{number + 1}")
    elsewhere.answers["/3"] = answer(b"there")
    elsewhere.answers["/round"] = answer(status="307 Round", Location="/round")
    found = get(elsewhere.url("/0"))
    assert (found.content, found.url) == (b"there", elsewhere.url("/3"))
    with pytest.raises(Invalid, match="without end"):
        get(elsewhere.url("/round"))


def test_too_much_is_refused_or_cut_and_the_rest_is_never_read(asking: Flask, elsewhere: Elsewhere) -> None:
    ended: list[bool] = []

    def endless(line: socket.socket) -> None:
        line.sendall(answer())
        try:
            while True:
                line.sendall(b"x" * 65_536)
        except OSError:
            ended.append(True)

    elsewhere.answers["/"] = endless
    with pytest.raises(Invalid) as refusal:
        get(elsewhere.url())
    assert refusal.value.code == "too_large"
    found = get(elsewhere.url(), cuts=True)
    assert (len(found.content), found.is_cut) == (1000, True)
    elsewhere.answers["/next"] = answer(b"x")
    get(elsewhere.url("/next"))
    assert ended == [True, True]


def test_a_packed_answer_is_refused_so_that_nothing_swells(asking: Flask, elsewhere: Elsewhere) -> None:
    elsewhere.answers["/"] = answer(b"\x1f\x8b", Content_Encoding="gzip")
    with pytest.raises(Invalid):
        get(elsewhere.url())
    assert "Accept-Encoding: identity" in elsewhere.asked[0]


def test_a_site_that_drips_is_left_after_the_time_for_all_of_it(
    site: Flask, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere
) -> None:
    allow(site, monkeypatch, seconds=0.5)

    def drip(line: socket.socket) -> None:
        line.settimeout(0.05)
        line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            line.sendall(b"x")
            try:
                if not line.recv(1):
                    return
            except TimeoutError:
                continue

    elsewhere.answers["/"] = drip
    with site.app_context(), pytest.raises(Unavailable) as problem:
        get(elsewhere.url())
    assert problem.value.code == "too_slow"


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (answer(status="404 Not Found"), Invalid), (answer(status="403 Forbidden"), Invalid), (answer(status="503 Busy"), Unavailable), (b"SSH-2.0-x\r\n", Unavailable),
        (b"", Unavailable), (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000, Unavailable), (answer(status="302 Found"), Invalid),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Unavailable),
    ],
)  # fmt: skip
def test_a_site_that_refuses_or_talks_nonsense_is_told_as_such(
    asking: Flask, elsewhere: Elsewhere, told: bytes, error: type[Exception]
) -> None:
    elsewhere.answers["/"] = told
    with pytest.raises(error):
        get(elsewhere.url())


def test_a_site_that_does_not_speak_tls_or_is_not_there_is_told_as_such(
    asking: Flask, elsewhere: Elsewhere
) -> None:
    elsewhere.answers["/"] = answer(b"x")
    with pytest.raises(Unavailable):
        get(elsewhere.url().replace("http://", "https://"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        gone = door.getsockname()[1]
    with pytest.raises(Unavailable):
        get(f"http://127.0.0.1:{gone}/")


def test_what_is_no_network_is_refused_in_the_settings() -> None:
    with pytest.raises(ValueError, match=r"10\.20\.0\.0/16"):
        OutgoingSettings(open_networks=["intranet"])
