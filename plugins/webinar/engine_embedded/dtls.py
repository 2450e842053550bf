"""DTLS 1.2 over memory, as the passive side, with keys for SRTP (RFC 5763, RFC 5764).

Records are put together into datagrams here, for a memory BIO knows no borders.
"""

from __future__ import annotations

import datetime as dt
import hmac
import struct
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

LARGEST_DATAGRAM = 1200
RECORD_HEADER = 13
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE = 20, 21, 22
MOST_ASSOCIATIONS = 4
EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764, section 4.2
CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA"
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha-256": hashes.SHA256(),
    "sha-384": hashes.SHA384(),
    "sha-512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """An SRTP protection profile: how OpenSSL calls it, and its sizes in bytes."""

    name: bytes
    key: int
    salt: int


AES_128_GCM = Profile(b"SRTP_AEAD_AES_128_GCM", 16, 12)
AES_128_CM = Profile(b"SRTP_AES128_CM_SHA1_80", 16, 14)
PROFILES = {profile.name: profile for profile in (AES_128_GCM, AES_128_CM)}


@dataclass(frozen=True, slots=True)
class Keys:
    """What DTLS agreed on: the client's and the server's master keys with their salts."""

    profile: Profile
    client: bytes
    server: bytes


class Identity:
    """The certificate of this engine; a new one at every start."""

    def __init__(self) -> None:
        self.key = key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "media")])
        today = dt.datetime.now(dt.UTC)
        self.certificate = certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        self.context = context = SSL.Context(SSL.DTLS_SERVER_METHOD)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        # The certificate signs itself; what counts is its fingerprint, checked in Handshake.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_cipher_list(CIPHERS)
        context.set_tlsext_use_srtp(b":".join(PROFILES))


class Association:
    """One attempt of somebody at the peer's address: an OpenSSL connection."""

    __slots__ = ("_connection", "_fingerprints", "is_over", "keys")

    def __init__(self, identity: Identity, fingerprints: dict[str, str]) -> None:
        self._connection = SSL.Connection(identity.context)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(LARGEST_DATAGRAM)
        self._fingerprints = fingerprints
        self.keys: Keys | None = None
        self.is_over = False

    def take(self, datagram: bytes) -> list[bytes]:
        """Feed what came; returns the datagrams to send back."""
        self._connection.bio_write(datagram)
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self._finish()
            else:
                self._connection.recv(2048)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:  # close_notify
            self.is_over = True
        except SSL.Error:
            # Once keys are there, broken records are discarded by OpenSSL itself (RFC 6347, section 4.1.2.7).
            self.is_over = self.keys is None
        return self._outgoing()

    def tick(self) -> list[bytes]:
        """Send again what seems lost, if its time has come (RFC 6347, section 4.2.4)."""
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            self.is_over = True
        return self._outgoing()

    def timeout(self) -> float | None:
        """Seconds until ``tick`` has something to do."""
        return None if self.is_over or self.keys else self._connection.DTLSv1_get_timeout()

    def close(self) -> list[bytes]:
        """Say goodbye."""
        self.is_over = True
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._outgoing()

    def _finish(self) -> None:
        profile = PROFILES.get(self._connection.get_selected_srtp_profile())
        if profile is None or not self._is_who_offered():
            self.is_over = True
            return
        size = profile.key + profile.salt
        secret = self._connection.export_keying_material(EXPORTER_LABEL, 2 * size)
        client, server, client_salt, server_salt = struct.unpack(
            f"{profile.key}s{profile.key}s{profile.salt}s{profile.salt}s", secret
        )
        self.keys = Keys(profile, client + client_salt, server + server_salt)

    def _is_who_offered(self) -> bool:
        """Whether the certificate is one that the offer named (RFC 8122, section 6.2)."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            return False
        return any(
            name in HASHES
            and hmac.compare_digest(certificate.fingerprint(HASHES[name]).hex(":"), value.lower())
            for name, value in self._fingerprints.items()
        )

    def _outgoing(self) -> list[bytes]:
        try:
            return pack_records(self._connection.bio_read(65_536))
        except SSL.WantReadError:
            return []


class Handshake:
    """The way to keys with one peer. ``keys`` are there once it stands, ``is_over`` says that it ended.

    Who forges the peer's address can send a ClientHello of their own. Each gets an association;
    the one whose certificate the offer named wins, and a forged one only fails by itself.
    """

    __slots__ = ("_associations", "_fingerprints", "_identity", "_winner")

    def __init__(self, identity: Identity, fingerprints: dict[str, str]) -> None:
        self._identity = identity
        self._fingerprints = fingerprints
        self._associations: dict[bytes, Association] = {}
        self._winner: Association | None = None

    @property
    def keys(self) -> Keys | None:
        """What was agreed on."""
        return self._winner.keys if self._winner else None

    @property
    def is_over(self) -> bool:
        """Whether the peer has said goodbye."""
        return self._winner is not None and self._winner.is_over

    def take(self, datagram: bytes) -> list[bytes]:
        """Feed what came; returns the datagrams to send back."""
        if self._winner is not None:
            return [] if self._winner.is_over else self._winner.take(datagram)
        if datagram[0] not in {CHANGE_CIPHER_SPEC, HANDSHAKE}:
            return []  # before there are keys, anybody could have written an alert
        random = _client_random(datagram)
        if random is not None and random not in self._associations:
            self._add(random)
        chosen = [self._associations[random]] if random is not None else list(self._associations.values())
        answers: list[bytes] = []
        for association in chosen:
            # What one of them cannot read is meant for another; its alert would end that one's handshake.
            answers += [each for each in association.take(datagram) if each[0] != ALERT]
        self._judge()
        return answers

    def tick(self) -> list[bytes]:
        """Send again what seems lost."""
        answers: list[bytes] = []
        for association in list(self._associations.values()):
            answers += association.tick()
        self._judge()
        return answers

    def timeout(self) -> float | None:
        """Seconds until ``tick`` has something to do; None if nothing is under way."""
        pauses = [each.timeout() for each in self._associations.values()]
        return min((pause for pause in pauses if pause is not None), default=None)

    def close(self) -> list[bytes]:
        """Say goodbye."""
        return self._winner.close() if self._winner is not None and not self._winner.is_over else []

    def _add(self, random: bytes) -> None:
        if len(self._associations) >= MOST_ASSOCIATIONS:
            del self._associations[next(iter(self._associations))]
        self._associations[random] = Association(self._identity, self._fingerprints)

    def _judge(self) -> None:
        for random, association in list(self._associations.items()):
            if association.is_over:
                del self._associations[random]
            elif association.keys is not None:
                self._winner = association
                self._associations.clear()
                return


def _client_random(datagram: bytes) -> bytes | None:
    """The random of a ClientHello (RFC 6347, section 4.3.2); None if this is something else."""
    is_hello = (
        len(datagram) >= 59 and datagram[0] == HANDSHAKE and datagram[3:5] == b"\0\0" and datagram[13] == 1
    )
    return datagram[27:59] if is_hello and datagram[19:22] == b"\0\0\0" else None


def pack_records(data: bytes) -> list[bytes]:
    """Put whole DTLS records together into datagrams of at most ``LARGEST_DATAGRAM`` bytes."""
    datagrams: list[bytes] = []
    start = end = 0
    while end + RECORD_HEADER <= len(data):
        after = end + RECORD_HEADER + int.from_bytes(data[end + 11 : end + 13])
        if after - start > LARGEST_DATAGRAM and end > start:
            datagrams.append(data[start:end])
            start = end
        end = after
    if end > start:
        datagrams.append(data[start:end])
    return datagrams
