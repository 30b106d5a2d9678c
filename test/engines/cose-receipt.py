"""Checks COSE receipts of inclusion (RFC 9942) with nothing of Chartseal's: cbor2, cryptography, and RFC 9162 as it is written.

Standard input: JSON, a list of {"receipt", "entry", "publicKey"} in base64. Standard output: JSON, a list of what each proves, or null.
"""
import base64
import hashlib
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).digest()


def root_of(entry, size, index, path):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        raise ValueError("no such leaf")
    fn, sn, r = index, size - 1, sha256(b"\x00" + entry)
    for p in path:
        if sn == 0:
            raise ValueError("path too long")
        if fn & 1 or fn == sn:
            r = sha256(b"\x01" + p + r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\x01" + r + p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ValueError("path too short")
    return r


def check(receipt, entry, public_key):
    message = cbor2.loads(receipt)
    if message.tag != 18:
        raise ValueError("not a COSE_Sign1")
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    if payload is not None or header[395] != 1 or header[1] not in (-8, -19):
        raise ValueError("not a receipt of RFC9162_SHA256 by Ed25519")
    size, index, path = cbor2.loads(unprotected[396][-1][0])
    root = root_of(entry, size, index, path)
    signed = cbor2.dumps(["Signature1", protected, b"", root])
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    return {"origin": header[15][1], "treeSize": size, "leafIndex": index, "deterministic": cbor2.dumps(message, canonical=True) == receipt}


def attempt(case):
    try:
        return check(*(base64.b64decode(case[name]) for name in ("receipt", "entry", "publicKey")))
    except (InvalidSignature, ValueError, KeyError, IndexError, TypeError, AttributeError, cbor2.CBORDecodeError):
        return None


print(json.dumps([attempt(case) for case in json.load(sys.stdin)]))
