"""The settings: each wrong one is named in one French sentence, with what is expected; none is let through."""

import pytest

from registry.kernel.errors import Unavailable
from registry.platform.settings import find_unknown_variables, read_settings


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("BEFFROI_PORT", "abc", "un nombre de 1 à 65535"),
        ("BEFFROI_PORT", "99999", "un nombre de 1 à 65535"),
        ("BEFFROI_WORKERS", "0", "un nombre de 1 à 64"),
        ("BEFFROI_BASE_URL", "rennes.fr", "https://beffroi.exemple.fr"),
        ("BEFFROI_BASE_URL", "https://[", "https://beffroi.exemple.fr"),
        ("BEFFROI_MAIL_URL", "http://x", "smtps://courrier.exemple.fr"),
        ("BEFFROI_MAIL_URL", "smtp://x:bad", "smtps://courrier.exemple.fr"),
        ("BEFFROI_FILES_URL", "ftp://x", "s3://beffroi"),
        ("BEFFROI_LOG_LEVEL", "FORT", "WARNING"),
        ("BEFFROI_MAIL_FROM", "beffroi", "beffroi@exemple.fr"),
        ("BEFFROI_TRUSTED_PROXIES", "nimp", "10.0.0.2,10.1.0.0/16"),
        ("BEFFROI_TRUSTED_PROXIES", "[1,", "10.0.0.2,10.1.0.0/16"),
        ("BEFFROI_PRIVATE_HOSTS", "https://a/", "catalogue.interne,10.1.0.0/16"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(Unavailable) as refused:
        read_settings()

    assert refused.value.message.startswith(f"{variable} vaut « {value} » : il faut ")
    assert expected in refused.value.message
    assert "\n" not in refused.value.message


def test_the_password_of_a_wrong_address_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEFFROI_MAIL_URL", "http://moi:s3cret@x")

    with pytest.raises(Unavailable) as refused:
        read_settings()

    assert "« http://…@x »" in refused.value.message


@pytest.mark.parametrize("said", ["a.interne, 10.1.0.0/16", '["a.interne", "10.1.0.0/16"]'])
def test_a_list_is_read_with_commas_or_as_json(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("BEFFROI_PRIVATE_HOSTS", said)
    monkeypatch.setenv("BEFFROI_TRUSTED_PROXIES", "10.0.0.2")
    monkeypatch.setenv("BEFFROI_MAIL_URL", "")

    read = read_settings()

    assert read.private_hosts == ("a.interne", "10.1.0.0/16")
    assert read.trusted_proxies == ("10.0.0.2",)
    assert read.mail_url is None


def test_a_variable_that_is_no_setting_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEFFROI_TIPO", "BEFFROI_DATABASE_URL", "BEFFROI_PORT", "BEFFROI_SUPERVISOR", "DATABASE_URL"):
        monkeypatch.setenv(name, "1")

    assert set(find_unknown_variables()) >= {"BEFFROI_TIPO", "BEFFROI_DATABASE_URL"}
    assert not set(find_unknown_variables()) & {"BEFFROI_PORT", "BEFFROI_SUPERVISOR", "DATABASE_URL"}
