"""Mail by SMTP, to a relay of our own on this machine."""

import smtplib
import socketserver
import threading

import pytest

from marketplace import config
from marketplace.notifications.channels import smtp
from marketplace.notifications.mail import Mail
from tests.clocks import START


class Relay(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 to take one mail, or to refuse its recipient."""

    def handle(self):
        """Speak until QUIT."""
        self.say("220 relay")
        for raw in self.rfile:
            line = raw.decode().strip()
            word = line.upper()[:4]
            self.server.heard.append(line)
            if word == "DATA":
                self.say("354 go on")
                self.server.mails.append(self.body())
            refused = word == "RCPT" and self.server.refuses
            self.say("550 no such person" if refused else self.server.answers.get(word, "250 ok"))
            if word == "QUIT":
                return

    def say(self, line):
        """One answer."""
        self.wfile.write(f"{line}\r\n".encode())

    def body(self):
        """The lines up to the lonely dot."""
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                return b"".join(lines)
            lines.append(raw)
        return b""


@pytest.fixture
def relay(monkeypatch):
    """A running relay that the settings point to."""
    with socketserver.TCPServer(("127.0.0.1", 0), Relay) as server:
        server.heard, server.mails, server.refuses = [], [], False
        server.answers = {"QUIT": "221 bye"}
        settings = config.Settings(mail_channel="smtp", smtp_port=server.server_address[1],
                                   mail_from="market@gongfang.example")
        monkeypatch.setattr(config, "current", lambda: settings)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


LETTER = Mail(42, "wang@example.com", "zh", "你的密码换了", "王工：\n\n……\n.\n共坊\n", START)


def test_a_mail_arrives_with_the_number_of_its_outbox_row(relay):
    """Sender, recipient and text arrive; the Message-ID is made of the row's number."""
    smtp.send(LETTER)

    assert any("FROM:<market@gongfang.example>" in line for line in relay.heard)
    assert any("TO:<wang@example.com>" in line for line in relay.heard)
    (data,) = relay.mails
    assert b"Message-ID: <outbox-42@gongfang.example>" in data
    assert "王工：".encode() in data or b"base64" in data or b"quoted-printable" in data


def test_sending_again_is_the_same_mail(relay):
    """A repetition after a crash can be known by its Message-ID."""
    smtp.send(LETTER)
    smtp.send(LETTER)

    assert relay.mails[0] == relay.mails[1]


def test_a_wrong_goodbye_does_not_unsend_a_mail(relay):
    """Once the relay has taken the mail, nothing makes it be sent again."""
    relay.answers["QUIT"] = "554 what?"

    smtp.send(LETTER)

    assert len(relay.mails) == 1


def test_a_refused_recipient_is_an_error_to_note(relay):
    """What the relay does not take raises what the outbox notes."""
    relay.refuses = True

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.send(LETTER)

    assert relay.mails == []


def test_a_relay_that_is_not_there_is_an_error_to_note(monkeypatch):
    """Nobody listening is an OSError."""
    settings = config.Settings(smtp_port=1)
    monkeypatch.setattr(config, "current", lambda: settings)

    with pytest.raises(OSError):
        smtp.send(LETTER)
