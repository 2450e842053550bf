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
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "media")])
        today = dt.datetime.now(dt.UTC)
        certificate = (
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


class Handshake:
    """The DTLS association with one peer.

    ``keys`` are there once it stands; ``is_over`` once it cannot or shall not go on.
    """

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
        if self.is_over:
            return []
        self._connection.bio_write(datagram)
        return self._go_on()

    def tick(self) -> list[bytes]:
        """Send again what seems lost, if its time has come (RFC 6347, section 4.2.4)."""
        if self.is_over or self.keys is not None:
            return []
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
        if self.is_over:
            return []
        self.is_over = True
        if self.keys is None:
            return []
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._outgoing()

    def _go_on(self) -> list[bytes]:
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
            # A broken record of a stranger is discarded by OpenSSL itself; this is a broken handshake.
            self.is_over = self.keys is None
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
