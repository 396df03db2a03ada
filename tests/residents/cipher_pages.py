"""Takes the encryption off a SQLCipher file page by page, free pages and log included, as a thief with the key would.

Layout by the SQLCipher 4 design: pages of 4096 bytes, of which the last 80 are the IV (16) and an HMAC (64); the first
page begins with 16 bytes of salt; AES-256-CBC with the raw key itself.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 4096
RESERVED = 80
SALT = 16
WAL_HEAD = 32
FRAME_HEAD = 24


def decrypted(file: Path, key: bytes) -> bytes:
    """Every page of a database file, or every frame of its log, in clear."""
    raw = file.read_bytes()
    if file.name.endswith("-wal"):
        frames = range(WAL_HEAD, len(raw) - PAGE + 1, FRAME_HEAD + PAGE)
        pages = [(raw[at : at + 4], raw[at + FRAME_HEAD : at + FRAME_HEAD + PAGE]) for at in frames]
        return b"".join(_page(page, key, first=number == b"\0\0\0\1") for number, page in pages)
    return b"".join(_page(raw[at : at + PAGE], key, first=at == 0) for at in range(0, len(raw), PAGE))


def _page(page: bytes, key: bytes, *, first: bool) -> bytes:
    begin = SALT if first else 0
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    return _aes_cbc(page[begin : PAGE - RESERVED], key, iv)


def _aes_cbc(data: bytes, key: bytes, iv: bytes) -> bytes:
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_cbc"):
        getattr(crypto, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_256_cbc())
    out, length = ctypes.create_string_buffer(len(data) + 16), ctypes.c_int()
    assert crypto.EVP_DecryptInit_ex(context, cipher, None, key, iv) == 1
    crypto.EVP_CIPHER_CTX_set_padding(context, 0)
    assert crypto.EVP_DecryptUpdate(context, out, ctypes.byref(length), data, len(data)) == 1
    crypto.EVP_CIPHER_CTX_free(context)
    return out.raw[: length.value]
