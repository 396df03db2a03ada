"""A disk under the shipped SQLCipher that notes every byte SQLite hands it, in order, and fails when it is told to.

The build exports SQLite's own interface for disks (https://www.sqlite.org/vfs.html). What is registered here is the
`unix` one with its writing calls wrapped: the code above is the very code that ships, and nothing has to be compiled.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlcipher3 import _sqlite3

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

OK: Final = 0
FULL: Final = 13
READ_ONLY: Final = 8
IO_WRITE: Final = 10 | (3 << 8)
IO_SYNC: Final = 10 | (4 << 8)
_CREATE: Final = 0x4
_NAME: Final = b"noted"


class _File(Structure):
    _fields_ = (("methods", c_void_p),)


_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)
_OpenFolder = CFUNCTYPE(c_int, c_char_p, c_void_p)
_GetCall = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
_SetCall = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)


class _Vfs(Structure):
    _fields_ = (
        ("version", c_int),
        ("file_bytes", c_int),
        ("longest_path", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        *((name, c_void_p) for name in ("access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close")),
        *((name, c_void_p) for name in ("randomness", "sleep", "time", "error", "time64")),
        ("set_call", _SetCall),
        ("get_call", _GetCall),
        ("next_call", c_void_p),
    )


class _Methods(Structure):
    _fields_ = (
        ("version", c_int),
        ("close", c_void_p),
        ("read", c_void_p),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        *((f"other{number}", c_void_p) for number in range(13)),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done to the disk. `file` is a name; two files that had it one after the other are two."""

    what: str
    """create, write, truncate, sync, delete, rename (to `data`) or folder: all names are on disk."""
    file: str = ""
    at: int = 0
    data: bytes = b""


class NotedDisk:
    """While it is entered, every file of SQLite is opened through it; `steps` is what was done to them.

    A real disk below would only cost time, so syncs are noted and not carried out.
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.fails: dict[str, int] = {}
        """What every such step is answered with: a result code of SQLite's."""
        self.refused = 0
        self._names: dict[int, str] = {}
        self._fresh: set[int] = set()
        self._kept: list[Any] = []
        self._library = ctypes.CDLL(_sqlite3.__file__)
        self._library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._unix = self._library.sqlite3_vfs_find(b"unix")
        self._vfs = _Vfs.from_buffer_copy(self._unix.contents)
        self._vfs.name = _NAME
        self._vfs.open, self._vfs.delete = _Open(self._open), _Delete(self._delete)
        folder_call = self._unix.contents.get_call(cast(self._unix, c_void_p), b"openDirectory")
        self._really_open_folder = _OpenFolder(folder_call)
        self._note_folder = _OpenFolder(self._open_folder)

    def __enter__(self) -> Self:
        self._set_call(cast(self._note_folder, c_void_p))
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
        self._library.sqlite3_vfs_register(self._unix, 1)
        self._set_call(c_void_p(None))

    def _set_call(self, call: c_void_p) -> None:
        self._unix.contents.set_call(cast(self._unix, c_void_p), b"openDirectory", call)

    def _note(self, what: str, file: str = "", at: int = 0, data: bytes = b"") -> int:
        if code := self.fails.get(what, OK):
            self.refused += 1
            return code
        self.steps.append(Step(what, file, at, data))
        return OK

    # -- what SQLite calls -------------------------------------------------------------------------------------------

    def _open(self, _vfs: int, name: int | None, file: Any, flags: int, out: int) -> int:  # noqa: ANN401 - a pointer
        path = ctypes.string_at(name).decode() if name else ""
        fresh = bool(path) and flags & _CREATE and not Path(path).exists()
        done = self._unix.contents.open(cast(self._unix, c_void_p), name, file, flags, out)
        if done == OK and path:
            address = ctypes.addressof(file.contents)
            self._names[address] = os.path.basename(path)  # noqa: PTH119 - it is called for each file
            file.contents.methods = ctypes.addressof(self._wrapped(file.contents.methods))
            self._fresh.discard(address)
            if fresh:
                self._fresh.add(address)
                self._note("create", self._names[address])
        return int(done)

    def _wrapped(self, methods: int) -> _Methods:
        real = _Methods.from_address(methods)
        mine = _Methods.from_buffer_copy(real)

        def write(file: int, data: int, amount: int, at: int) -> int:
            failed = self._note("write", self._names[file], at, ctypes.string_at(data, amount))
            return failed or int(real.write(file, data, amount, at))

        def truncate(file: int, size: int) -> int:
            return self._note("truncate", self._names[file], size) or int(real.truncate(file, size))

        def sync(file: int, _flags: int) -> int:
            failed = self._note("sync", self._names[file])
            if failed or file not in self._fresh:
                return failed
            self._fresh.discard(file)  # SQLite syncs the folder of a new journal with it: whether it does is to be seen
            return int(real.sync(file, 0))

        mine.write, mine.truncate, mine.sync = _Write(write), _Truncate(truncate), _Sync(sync)
        self._kept.append(mine)
        return mine

    def _delete(self, _vfs: int, name: bytes, folder_too: int) -> int:
        self._note("delete", os.path.basename(name.decode()))  # noqa: PTH119 - as above
        return int(self._unix.contents.delete(cast(self._unix, c_void_p), name, folder_too))

    def _open_folder(self, path: bytes, handle: int) -> int:
        self._note("folder")
        return int(self._really_open_folder(path, handle))
