"""Walking and emptying the inbox without ever leaving it.

Folders are opened one component at a time with O_NOFOLLOW and files relative to the open folder,
so a name that turns into a symlink between two looks leads nowhere.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bureau.register.file_names import is_temporary
from bureau.register.files import storage_errors, sync_folder
from domain.errors import NotYetReadable, RefusedPath, TooLarge

_COPY_MARK = re.compile(
    r"(?:[ _-]*[(（][0-9０-９]{1,3}[)）]|[ _-]+(?:副本|复件|copy)(?:[ _(（]*[0-9]{1,3}[)）]?)?)$",
    re.IGNORECASE,
)
_MAX_DEPTH = 16
_CHUNK = 1 << 20


class EntryKind(StrEnum):
    """What a name in the inbox is."""

    FILE = "file"
    SYMLINK = "symlink"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """A name in the inbox as one look saw it. ``untrusted_*`` come from outside, byte-true."""

    untrusted_folder: tuple[str, ...]
    untrusted_name: str
    kind: EntryKind
    size_bytes: int
    mtime_ns: int
    inode: int
    device: int
    uid: int

    @property
    def path(self) -> tuple[str, ...]:
        """Folder and name, below the inbox."""
        return (*self.untrusted_folder, self.untrusted_name)

    @property
    def looks_like_copy(self) -> bool:
        """Whether the name carries the mark a desktop puts on a second copy."""
        return bool(_COPY_MARK.search(Path(self.untrusted_name).stem))

    def same_file(self, found: os.stat_result) -> bool:
        """Whether a later look found the very same, unchanged file."""
        return (
            stat.S_ISREG(found.st_mode)
            and found.st_ino == self.inode
            and found.st_dev == self.device
            and found.st_size == self.size_bytes
            and found.st_mtime_ns == self.mtime_ns
        )


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox folder of a home."""

    root: Path

    def entries(self) -> Iterator[InboxEntry]:
        """Every name but folders and temporary names, folder by folder in a stable order."""
        yield from self._walk(())

    def _walk(self, folder: tuple[str, ...]) -> Iterator[InboxEntry]:
        below: list[str] = []
        try:
            with self.open_folder(folder) as descriptor, os.scandir(descriptor) as names:
                for name in sorted(n.name for n in names):
                    if is_temporary(name):
                        continue
                    try:
                        found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if stat.S_ISDIR(found.st_mode):
                        below.append(name)
                    else:
                        yield _entry(folder, name, found)
        except (FileNotFoundError, NotADirectoryError, RefusedPath):
            # the folder went away or turned into something else between two looks
            return
        if len(folder) < _MAX_DEPTH:
            for name in below:
                yield from self._walk((*folder, name))

    @contextlib.contextmanager
    def open_folder(self, folder: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        """An open descriptor of a folder below the inbox.

        Raises:
            RefusedPath: if a component is a symlink, "..", or otherwise leads out.
            FileNotFoundError: if it is not there and ``make`` is False.
        """
        # the inbox itself may be a link or a mount point: the operator's choice
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in folder:
                if part in ("", ".", "..") or "/" in part or "\0" in part:
                    raise RefusedPath()
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o770, dir_fd=descriptor)
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
                try:
                    below = os.open(part, flags, dir_fd=descriptor)
                except OSError as error:
                    if error.errno in (errno.ELOOP, errno.ENOTDIR):
                        raise RefusedPath() from None
                    raise
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, entry: InboxEntry, *, max_bytes: int) -> bytes:
        """The file's bytes, read once and proven unchanged while they were read.

        Raises:
            NotYetReadable: if the file changed, vanished or is busy.
            RefusedPath: if the name has become a symlink or a special file.
            TooLarge: over ``max_bytes``.
        """
        with self._open(entry) as descriptor:
            if entry.size_bytes > max_bytes:
                raise TooLarge()
            pieces: list[bytes] = []
            total = 0
            while piece := os.read(descriptor, _CHUNK):
                pieces.append(piece)
                total += len(piece)
                if total > max_bytes:
                    raise TooLarge()
            if not entry.same_file(os.fstat(descriptor)) or total != entry.size_bytes:
                raise NotYetReadable()
            return b"".join(pieces)

    def hash(self, entry: InboxEntry) -> str:
        """SHA-256 (hex) of a file of any size, without holding it in memory.

        Raises:
            NotYetReadable, RefusedPath: as ``read``.
        """
        digest = hashlib.sha256()
        with self._open(entry) as descriptor:
            while piece := os.read(descriptor, _CHUNK):
                digest.update(piece)
            if not entry.same_file(os.fstat(descriptor)):
                raise NotYetReadable()
        return digest.hexdigest()

    @contextlib.contextmanager
    def _open(self, entry: InboxEntry) -> Iterator[int]:
        try:
            with self.open_folder(entry.untrusted_folder) as folder:
                # O_NONBLOCK: a fifo put in the file's place must not hang the sweep
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                descriptor = os.open(entry.untrusted_name, flags, dir_fd=folder)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise RefusedPath() from None
            raise NotYetReadable() from None
        try:
            if not entry.same_file(os.fstat(descriptor)):
                raise NotYetReadable()
            yield descriptor
        except OSError:
            raise NotYetReadable() from None
        finally:
            os.close(descriptor)

    def unchanged(self, entry: InboxEntry) -> bool:
        """Whether the very same file still stands under its name."""
        try:
            with self.open_folder(entry.untrusted_folder) as folder:
                found = os.stat(entry.untrusted_name, dir_fd=folder, follow_symlinks=False)
        except (OSError, RefusedPath):
            return False
        return entry.same_file(found)

    def remove(self, entries: Iterable[InboxEntry]) -> None:
        """Takes stored files out of the inbox; one that is another file now stays."""
        folders: dict[tuple[str, ...], list[InboxEntry]] = {}
        for entry in entries:
            folders.setdefault(entry.untrusted_folder, []).append(entry)
        for folder, inside in folders.items():
            # the folder may have gone with all that was in it
            with (
                contextlib.suppress(FileNotFoundError, RefusedPath),
                self.open_folder(folder) as descriptor,
            ):
                for entry in inside:
                    _unlink_unchanged(descriptor, entry)
                sync_folder(descriptor)

    def rename_out(self, entry: InboxEntry, target: Path) -> bool:
        """Renames a file to ``target``, never copying it; False across file systems.

        Raises:
            NotYetReadable: if it is another file now or busy.
        """
        if not self.unchanged(entry):
            raise NotYetReadable()
        with self.open_folder(entry.untrusted_folder) as folder:
            try:
                os.rename(entry.untrusted_name, target, src_dir_fd=folder)
            except OSError as error:
                if error.errno == errno.EXDEV:
                    return False
                raise NotYetReadable() from None
            sync_folder(folder)
        sync_folder(target.parent)
        return True

    def move_out(self, entry: InboxEntry, target_folder: Path) -> None:
        """Moves a file under its own name into ``target_folder``, across file systems if need be.

        Raises:
            NotYetReadable: if it is another file now or busy.
            StorageFull: if there is no room.
        """
        target = target_folder / entry.untrusted_name
        if self.rename_out(entry, target):
            return
        draft = target_folder / f".partial-{secrets.token_hex(8)}"
        with storage_errors(), self._open(entry) as source:
            try:
                with draft.open("xb") as out:
                    os.fchmod(out.fileno(), 0o600)
                    with os.fdopen(os.dup(source), "rb") as file:
                        shutil.copyfileobj(file, out, _CHUNK)
                    out.flush()
                    os.fsync(out.fileno())
                draft.replace(target)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        sync_folder(target_folder)
        self.remove([entry])

    def bring_in(self, source: Path, folder: tuple[str, ...], name: str) -> InboxEntry:
        """Moves a file of ours into the inbox under ``name``; returns its entry.

        Across file systems it is copied under a temporary name first, so no look sees half of it.
        At every moment the file has at least one lasting name.

        Raises:
            FileExistsError: if the name is taken (``free_name`` tells one that is not).
            FileNotFoundError: if ``source`` is not there (somebody else brought it in).
            StorageFull: if there is no room.
        """
        with storage_errors(), self.open_folder(folder, make=True) as descriptor:
            try:
                os.link(source, name, dst_dir_fd=descriptor, follow_symlinks=False)
            except FileExistsError:
                raise
            except OSError as error:
                if error.errno == errno.EXDEV:
                    draft = f".gongkai-{secrets.token_hex(8)}"
                    _copy_into(source, draft, descriptor)
                    place_draft(descriptor, draft, name)
                elif _exists(descriptor, name):
                    raise FileExistsError(name) from None
                else:
                    # a file system without hard links
                    os.rename(source, name, dst_dir_fd=descriptor)
            sync_folder(descriptor)
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        with contextlib.suppress(FileNotFoundError):
            source.unlink()
        sync_folder(source.parent)
        return _entry(folder, name, found)

    def free_name(self, folder: tuple[str, ...], name: str) -> str:
        """``name``, or with a number where the folder (made if missing) already has it."""
        free, number = name, 1
        path = Path(name)
        with self.open_folder(folder, make=True) as descriptor:
            while _exists(descriptor, free):
                free = f"{path.stem}-{number}{path.suffix}"
                number += 1
        return free


def _unlink_unchanged(descriptor: int, entry: InboxEntry) -> None:
    with contextlib.suppress(FileNotFoundError):
        found = os.stat(entry.untrusted_name, dir_fd=descriptor, follow_symlinks=False)
        if entry.same_file(found):
            os.unlink(entry.untrusted_name, dir_fd=descriptor)


def _exists(descriptor: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def place_draft(descriptor: int, draft: str, name: str) -> None:
    """Gives a finished draft its name in an open folder, never replacing another file.

    Raises:
        FileExistsError: if the name is taken.
    """
    try:
        os.link(draft, name, src_dir_fd=descriptor, dst_dir_fd=descriptor, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        # a share without hard links: look, then rename
        if _exists(descriptor, name):
            raise FileExistsError(name) from None
        os.rename(draft, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
        return
    os.unlink(draft, dir_fd=descriptor)


def _copy_into(source: Path, draft: str, descriptor: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with (
            source.open("rb") as file,
            os.fdopen(os.open(draft, flags, 0o660, dir_fd=descriptor), "wb") as out,
        ):
            shutil.copyfileobj(file, out, _CHUNK)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        os.unlink(draft, dir_fd=descriptor)
        raise


def _entry(folder: tuple[str, ...], name: str, found: os.stat_result) -> InboxEntry:
    if stat.S_ISREG(found.st_mode):
        kind = EntryKind.FILE
    elif stat.S_ISLNK(found.st_mode):
        kind = EntryKind.SYMLINK
    else:
        kind = EntryKind.SPECIAL
    return InboxEntry(
        untrusted_folder=folder,
        untrusted_name=name,
        kind=kind,
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
        inode=found.st_ino,
        device=found.st_dev,
        uid=found.st_uid,
    )
