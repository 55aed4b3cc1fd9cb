"""Mail: by SMTP where `BEFFROI_MAIL_URL` names a server, else nothing is sent and pages show the link."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from registry.kernel.errors import Unavailable
from registry.kernel.words import _
from registry.platform.settings import Settings

_PATIENCE = 10


class Unanswered(Unavailable):
    """The server fell silent while it was given a message: it may have taken it."""


@dataclass(frozen=True)
class Mailer:
    """Sends plain-text mail, or says it cannot."""

    url: str | None
    sender: str
    site: str

    @classmethod
    def of(cls, settings: Settings) -> "Mailer":
        """The mailer the settings name: `smtp://`, `smtps://`, with user and password if need be."""
        return cls(settings.mail_url, settings.mail_from, settings.public_url)

    @property
    def is_set(self) -> bool:
        """Whether a mail server is known."""
        return self.url is not None

    def link(self, token: str) -> str:
        """The address of a single-use link."""
        return f"{self.site}/lien/{token}"

    def send_link(self, recipient: str, token: str, *, purpose: str) -> None:
        """Sends a single-use link.

        Raises: Unavailable when the server refuses or does not answer.
        """
        if purpose == "invitation":
            subject, lead = (
                _("Votre accès à Beffroi"),
                _(
                    "Un accès au registre de gouvernance des données vous est ouvert. "
                    "Choisissez votre mot de passe (lien valable 24 heures, une seule fois) :"
                ),
            )
        else:
            subject, lead = (
                _("Nouveau mot de passe Beffroi"),
                _("Choisissez un nouveau mot de passe (lien valable deux heures, une seule fois) :"),
            )
        end = _("Si vous n’attendiez pas ce message, ignorez-le.")
        self.send(recipient, subject, f"{lead}\n\n{self.link(token)}\n\n{end}\n")

    def send(self, recipient: str, subject: str, body: str) -> None:
        """Sends one message.

        Raises: Unavailable; Unanswered where the server may have taken the message.
        """
        if self.url is None:
            raise Unavailable(_("Aucun serveur de courrier n’est réglé (BEFFROI_MAIL_URL)."))
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, recipient, subject
        message.set_content(body)
        sending = taken = False
        try:
            with _connected(self.url) as server:
                sending = True
                server.send_message(message)
                taken = True
        except (OSError, smtplib.SMTPException) as error:
            if taken:
                return  # The server has the message: what it says when it is left changes nothing.
            if sending and not isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)):
                raise Unanswered(_("Le serveur de courrier s’est tu : le message est peut-être parti.")) from error
            raise Unavailable(_("Le courrier n’a pas pu partir : le serveur de courrier ne répond pas.")) from error

    def try_out(self) -> None:
        """Meets the server as a message would, and sends none.

        Raises: Unavailable, with the server's own words.
        """
        if self.url is None:
            raise Unavailable(_("Aucun serveur de courrier n’est réglé (BEFFROI_MAIL_URL)."))
        place = urlsplit(self.url)
        try:
            with _connected(self.url) as server:
                server.ehlo_or_helo_if_needed()
                server.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(
                _("{host} ne prend pas le courrier ({reason}) : vérifiez BEFFROI_MAIL_URL.").format(
                    host=place.hostname, reason=getattr(error, "strerror", None) or error
                )
            ) from error


@contextmanager
def _connected(url: str) -> Iterator[smtplib.SMTP]:
    """The server of an address, met over TLS and signed in to as the address says."""
    place = urlsplit(url)
    host, port = place.hostname or "localhost", place.port
    if place.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port or 465, timeout=_PATIENCE, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port or 25, timeout=_PATIENCE)
    with server:
        if place.scheme == "smtp" and place.username:
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        yield server
