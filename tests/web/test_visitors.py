"""Where a request comes from, when proxies stand between."""

import pytest

from registry.web.visitors import visitor_address

PROXIES = ("10.0.0.0/8", "192.0.2.1")


@pytest.mark.parametrize(
    ("connection", "forwarded", "expected"),
    [
        pytest.param("203.0.113.5", "", "203.0.113.5", id="nobody stands between"),
        pytest.param("203.0.113.5", "198.51.100.1", "203.0.113.5", id="a stranger's word counts for nothing"),
        pytest.param("10.0.0.2", "198.51.100.1", "198.51.100.1", id="our proxy says who asks"),
        pytest.param(
            "10.0.0.2", "1.1.1.1, 198.51.100.1", "198.51.100.1", id="what the visitor wrote before is not read"
        ),
        pytest.param("10.0.0.2", "198.51.100.1, 192.0.2.1", "198.51.100.1", id="two proxies of ours"),
        pytest.param("10.0.0.2", "not an address", "10.0.0.2", id="what is no address is not believed"),
        pytest.param("10.0.0.2", "", "10.0.0.2", id="our proxy says nothing"),
    ],
)
def test_the_address_is_the_first_one_that_is_no_proxy_of_ours(connection: str, forwarded: str, expected: str):
    assert visitor_address(connection, forwarded, PROXIES) == expected


def test_rotating_the_header_changes_nothing_where_no_proxy_is_named():
    assert {visitor_address("203.0.113.5", f"198.51.100.{n}", ()) for n in range(50)} == {"203.0.113.5"}
