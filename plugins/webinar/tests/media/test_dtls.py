"""DTLS and SRTP keys (RFC 5763, RFC 5764, RFC 6347), with OpenSSL as the other side."""

from __future__ import annotations

import contextlib

import pytest
from OpenSSL import SSL

from plugins.webinar.engine_embedded.dtls import (
    AES_128_CM,
    AES_128_GCM,
    EXPORTER_LABEL,
    LARGEST_DATAGRAM,
    Handshake,
    Identity,
    Keys,
    pack_records,
)
from plugins.webinar.engine_embedded.srtp import MOST_STREAMS, Opener, Sealer

PROFILES = b"SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
PACKET = bytes.fromhex("806000010000000200000003") + b"sound"


class Client:
    """The active side, as a browser."""

    def __init__(self, profiles: bytes = PROFILES) -> None:
        self.identity = Identity()
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        self.identity.context.set_tlsext_use_srtp(PROFILES)
        self.context = context
        self.fingerprints = {"sha-256": self.identity.fingerprint}

    def with_certificate(self) -> Client:
        key = self.identity.key
        self.context.use_certificate(self.identity.certificate)
        self.context.use_privatekey(key)
        return self

    def connect(self) -> SSL.Connection:
        connection = SSL.Connection(self.context)
        connection.set_connect_state()
        connection.set_ciphertext_mtu(1200)
        return connection


def flight(connection: SSL.Connection) -> list[bytes]:
    with contextlib.suppress(SSL.WantReadError):
        connection.do_handshake()
    try:
        return pack_records(connection.bio_read(65_536))
    except SSL.WantReadError:
        return []


def shake(connection: SSL.Connection, handshake: Handshake, lost: frozenset[int] = frozenset()) -> None:
    """Carry datagrams to and fro; those with a number in ``lost`` do not arrive."""
    number, to_engine = 0, flight(connection)
    for _ in range(20):
        answers: list[bytes] = []
        for datagram in to_engine:
            number += 1
            if number not in lost:
                answers += handshake.take(datagram)
        for datagram in answers:
            number += 1
            if number not in lost:
                connection.bio_write(datagram)
        to_engine = flight(connection)
        if handshake.is_over or (handshake.keys and not to_engine):
            return


def test_both_sides_have_the_same_keys() -> None:
    client = Client().with_certificate()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    shake(connection, handshake)
    assert handshake.keys is not None
    assert handshake.keys.profile is AES_128_GCM  # RFC 7714 is offered first
    secret = connection.export_keying_material(EXPORTER_LABEL, 56)
    assert handshake.keys.client == secret[:16] + secret[32:44]
    assert handshake.keys.server == secret[16:32] + secret[44:56]


def test_who_knows_only_the_older_protection_gets_it() -> None:
    client = Client(b"SRTP_AES128_CM_SHA1_80").with_certificate()
    handshake = Handshake(Identity(), client.fingerprints)
    shake(client.connect(), handshake)
    assert handshake.keys is not None
    assert handshake.keys.profile is AES_128_CM


def test_another_certificate_than_the_offered_one_is_refused() -> None:
    client = Client().with_certificate()
    handshake = Handshake(Identity(), {"sha-256": ":".join(["00"] * 32)})
    shake(client.connect(), handshake)
    assert handshake.keys is None


def test_a_hash_that_is_not_trusted_proves_nothing() -> None:
    client = Client().with_certificate()
    handshake = Handshake(Identity(), {"sha-1": ":".join(["00"] * 20)})
    shake(client.connect(), handshake)
    assert handshake.keys is None


def test_who_has_no_certificate_is_refused() -> None:
    client = Client()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    shake(connection, handshake)
    assert handshake.keys is None


def test_without_srtp_there_is_no_connection() -> None:
    client = Client(b"").with_certificate()
    handshake = Handshake(Identity(), client.fingerprints)
    shake(client.connect(), handshake)
    assert handshake.keys is None


def test_noise_between_and_after_changes_nothing() -> None:
    client = Client().with_certificate()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    for noise in (
        b"\x16",
        b"\x16\xfe\xfd" + bytes(10),
        b"\x17\xfe\xfd" + bytes(60),
        bytes(range(20, 64)),
        b"\x15\xfe\xfd" + bytes(8) + b"\0\2\2\x28",
    ):
        handshake.take(noise)
    shake(connection, handshake)
    assert handshake.keys is not None
    for noise in (b"\x17\xfe\xfd" + bytes(60), b"\x15\xfe\xfd" + bytes(8) + b"\0\2\2\x28"):
        assert handshake.take(noise) == []
    assert not handshake.is_over


def test_a_forged_hello_that_comes_first_does_not_keep_the_peer_out() -> None:
    client, forger = Client().with_certificate(), Client().with_certificate()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    for _ in range(6):
        for datagram in flight(forger.connect()):
            handshake.take(datagram)
    shake(connection, handshake)
    assert handshake.keys is not None
    assert (
        handshake.keys.client
        == connection.export_keying_material(EXPORTER_LABEL, 56)[:16]
        + connection.export_keying_material(EXPORTER_LABEL, 56)[32:44]
    )


def test_a_forger_who_goes_all_the_way_is_still_not_the_peer() -> None:
    client, forger = Client().with_certificate(), Client().with_certificate()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    shake(forger.connect(), handshake)
    assert handshake.keys is None
    shake(connection, handshake)
    assert handshake.keys is not None


def test_who_says_goodbye_is_gone() -> None:
    client = Client().with_certificate()
    handshake, connection = Handshake(Identity(), client.fingerprints), client.connect()
    shake(connection, handshake)
    connection.shutdown()
    handshake.take(connection.bio_read(2000))
    assert handshake.is_over


def test_records_travel_whole_in_datagrams_that_fit() -> None:
    record = b"\x16\xfe\xfd" + bytes(8) + (500).to_bytes(2) + bytes(500)
    datagrams = pack_records(record * 5 + b"\x16rest")
    assert b"".join(datagrams) == record * 5
    assert [len(each) // len(record) for each in datagrams] == [2, 2, 1]
    assert max(map(len, datagrams)) <= LARGEST_DATAGRAM
    assert pack_records(b"") == []


@pytest.mark.parametrize("profile", [AES_128_GCM, AES_128_CM])
def test_what_is_sealed_is_opened_once_and_only_by_whom_it_is_for(profile: object) -> None:
    size = AES_128_GCM.key + AES_128_GCM.salt if profile is AES_128_GCM else 30
    client, server = bytes(range(size)), bytes(range(100, 100 + size))
    here = Keys(profile, client, server)  # type: ignore[arg-type]  # one of the two profiles
    there = Keys(profile, server, client)  # type: ignore[arg-type]  # one of the two profiles
    sealer, opener = Sealer(here), Opener(there)
    sealed = sealer.rtp(PACKET)
    assert len(sealed) == len(PACKET) + sealer.overhead
    assert opener.rtp(sealed) == PACKET
    assert opener.rtp(sealed) is None  # RFC 3711, section 3.3.2: a replay
    assert Opener(here).rtp(sealed) is None
    assert opener.rtp(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    report = bytes.fromhex("80c9000100000003")
    assert opener.rtcp(sealer.rtcp(report)) == report
    assert sealer.rtp(bytes(3000)) == b""
    assert opener.rtp(bytes(3000)) is None


def test_a_peer_uses_a_limited_number_of_streams() -> None:
    """libsrtp remembers each; who invents thousands must not slow the engine down."""
    here, there = (
        Keys(AES_128_GCM, bytes(28), bytes(range(28))),
        Keys(AES_128_GCM, bytes(range(28)), bytes(28)),
    )
    sealer, opener = Sealer(here), Opener(there)
    opened = [
        opener.rtp(sealer.rtp(PACKET[:8] + ssrc.to_bytes(4) + PACKET[12:]))
        for ssrc in range(MOST_STREAMS + 10)
    ]
    assert [each is None for each in opened] == [False] * MOST_STREAMS + [True] * 10
