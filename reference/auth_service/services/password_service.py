"""Passwords: kept only as salted scrypt hashes."""

from __future__ import annotations

import hashlib
import hmac
import os


def hash_password(password: str, cost: int) -> str:
    """``scrypt$cost$salt$hash``; the cost is scrypt's n, a power of two: time and memory grow with it."""
    salt = os.urandom(16)
    return f"scrypt${cost}${salt.hex()}${_scrypt(password, salt, cost).hex()}"


def verify_password(password: str, password_hash: str) -> bool:
    """Whether this is the password that was hashed, at the cost of that time."""
    _, cost, salt, expected = password_hash.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(cost)), bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    # 128 * 8 * n bytes are needed, and OpenSSL wants to be allowed a little more
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=8, p=1, maxmem=128 * 8 * cost + 2**20)
