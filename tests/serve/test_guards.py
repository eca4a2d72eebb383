"""Which hosts are answered, and which web pages may post."""

from __future__ import annotations

import socket

import pytest
from starlette.datastructures import Headers
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.errors import RefusedError
from clothier.serve import Settings
from clothier.serve.guards import HostPolicy, check_same_site


def _headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode()) for name, value in pairs])


def _refused(hosts: HostPolicy, *given: str, version: str = "1.1") -> tuple[int, str] | None:
    try:
        hosts.check(_headers(*(("host", value) for value in given)), version)
    except RefusedError as error:
        return error.status, str(error)
    return None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "10.42.0.17:8000",  # as a probe of Kubernetes asks
        "[::1]",
        "[::1]:8000",
        "[FE80::1%25eth0]:80",
        "localhost",
        "LocalHost:9",
        "localhost.",
        "localhost.:8000",
        "shop.example",
        "SHOP.example.:443",
        "bound.example",
        socket.gethostname(),
    ],
)
def test_numbers_and_names_that_the_service_was_given_are_answered(host: str) -> None:
    assert _refused(HostPolicy(("bound.example", "shop.example")), host) is None


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "127.0.0.1.rebound.example",
        "localhost.rebound.example",
        "xlocalhost",
        "0x7f.1",
        "1",
    ],
)
def test_a_name_that_nobody_gave_is_refused_unless_any_is_allowed(host: str) -> None:
    assert _refused(HostPolicy(("shop.example",)), host) == (
        421,
        f"the service does not answer as '{host}'; wanted an IP address, localhost or an allowed name; "
        "start it with --allow-host NAME to add one",
    )
    assert _refused(HostPolicy(("*",)), host) is None


@pytest.mark.parametrize(
    "host", ["a b", "user@localhost", "localhost:http", "[localhost]", "localhost/x", "ä"]
)
def test_what_is_no_host_is_refused_even_where_any_is_allowed(host: str) -> None:
    for names in ((), ("*",)):
        refused = _refused(HostPolicy(names), host)
        assert refused is not None
        assert refused[0] == 400
        assert refused[1].startswith("Host is '")


def test_one_host_is_wanted_and_none_in_http_1_0() -> None:
    hosts = HostPolicy(())
    assert _refused(hosts, "localhost", "localhost") == (
        400,
        "the request has 2 Host headers; wanted exactly one",
    )
    assert _refused(hosts) == (400, "the request has no Host header; wanted exactly one")
    assert _refused(hosts, "") == _refused(hosts)
    assert _refused(hosts, version="1.0") is _refused(hosts, "", version="1.0") is None
    assert _refused(hosts, "rebound.example", version="1.0") is not None


OURS = ("host", "127.0.0.1:8000")


@pytest.mark.parametrize(
    ("origins", "pairs"),
    [
        ((), [OURS]),  # curl, tritonclient
        ((), [OURS, ("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8000")]),
        ((), [OURS, ("sec-fetch-site", "none")]),
        ((), [OURS, ("origin", "http://127.0.0.1:8000")]),  # a browser that does not tell the site
        ((), [("host", "shop.example"), ("origin", "https://shop.example")]),  # behind a proxy with TLS
        (("https://a.example",), [OURS, ("sec-fetch-site", "cross-site"), ("origin", "https://a.example")]),
        (("*",), [OURS, ("sec-fetch-site", "cross-site"), ("origin", "null")]),
    ],
)
def test_what_no_stranger_sends_is_taken(origins: tuple[str, ...], pairs: list[tuple[str, str]]) -> None:
    check_same_site("POST", _headers(*pairs), origins)


@pytest.mark.parametrize(
    "pairs",
    [
        [("sec-fetch-site", "cross-site"), ("origin", "https://a.example")],
        [("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "cross-site"), ("origin", "null")],
        [("origin", "null")],
        [("origin", "https://a.example")],
        [("origin", "http://127.0.0.1:80000")],
        [("origin", "127.0.0.1:8000")],
    ],
)
def test_what_a_page_of_another_site_posts_is_refused(pairs: list[tuple[str, str]]) -> None:
    headers = _headers(OURS, *pairs)
    with pytest.raises(RefusedError) as raised:
        check_same_site("POST", headers, ("https://b.example",))
    origin = headers.get("origin", "")
    assert raised.value.status == 403
    assert str(raised.value) == (
        f"a web page of another site ('{origin}') sent this; wanted a page of this service; start it with --origin to "
        "allow others"
    )
    for method in ("GET", "HEAD", "OPTIONS"):
        check_same_site(method, headers, ())


def test_refusals_have_the_shape_of_all_errors_and_cost_no_work(here: InProcessService) -> None:
    strange = {"Host": "rebound.example"}
    for path in ("/", "/v1/model", "/metrics", "/openapi.json", "/livez"):
        response = here.get(path, headers=strange)
        assert response.status_code == 421
        assert response.json()["error"]["code"] == "unknown_host"
        assert response.json()["error"]["request_id"] == response.headers["X-Request-ID"]
    assert (
        here.get("/v2", headers=strange).json()["error"].startswith("the service does not answer as 'rebound")
    )
    crossing = {**JPEG, "Origin": "https://a.example", "Sec-Fetch-Site": "cross-site"}
    response = here.post("/v1/predict", content=photo(), headers=crossing)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_site")
    response = here.post("/v2/models/cnn1/infer", content=b"{}", headers=crossing)
    assert (response.status_code, type(response.json()["error"])) == (403, str)


def test_an_allowed_host_and_an_allowed_origin_are_answered() -> None:
    settings = Settings(decoders=1, allow_hosts=("shop.example",), origins=("https://a.example",))
    running = InProcessService(settings, bundle())
    try:
        headers = {
            **JPEG,
            "Host": "shop.example",
            "Origin": "https://a.example",
            "Sec-Fetch-Site": "cross-site",
        }
        response = running.post("/v1/predict", content=photo(), headers=headers)
    finally:
        running.close()
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
