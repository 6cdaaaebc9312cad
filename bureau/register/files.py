"""The data folder: the only maker of paths in vault/, public/ and the folders beside them.

Bytes reach their place by write-temp, fsync, rename, fsync of the folder: a name that exists is
whole. What a name holds is told by its hash, never by what somebody called the file.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bureau.secret_key import ensure_secret_key
from domain.documents import ExtractedText
from domain.encoding import from_plain, to_plain
from domain.errors import DigestMismatch, RefusedPath, StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PUBLIC_NAME = re.compile(r"[0-9A-Za-z_-]{1,96}/[0-9]{1,6}/[0-9A-Za-z_.-]{1,96}")
_TEMPORARY = ".partial-"
PRIVATE = 0o700
OPEN_TO_READ = 0o755


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Turns a full disk, quota or file size limit into StorageFull; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull() from None
        raise


def sync_folder(folder: Path | int) -> None:
    """Makes renames and unlinks in a folder (path or open descriptor) survive a power cut."""
    if isinstance(folder, int):
        os.fsync(folder)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(
    target: Path, data: bytes, *, mode: int, drafts: Path | None = None, sync: bool = True
) -> None:
    """The bytes under ``target``, or nothing: never a truncated file.

    ``drafts`` is where the file grows (same file system), by default beside its target. ``sync``
    False: the caller makes the folder's new entries last, once for many.

    Raises:
        StorageFull: if there is no room; the temporary file is gone then.
    """
    draft = (drafts or target.parent) / (_TEMPORARY + secrets.token_hex(8))
    with storage_errors():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        if sync:
            sync_folder(target.parent)


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's data folder (GONGKAI_HOME)."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Where people drop files, one sub-folder a 股室."""
        return self.root / "inbox"

    @property
    def vault(self) -> Path:
        """Originals by hash."""
        return self.root / "vault"

    @property
    def drafts(self) -> Path:
        """Where files of the vault grow; holds something only while one is written."""
        return self.vault / "drafts"

    @property
    def public(self) -> Path:
        """Published copies: all that the portal serves."""
        return self.root / "public"

    @property
    def failed(self) -> Path:
        """Files that could not be read, one folder a record."""
        return self.root / "failed"

    @property
    def duplicate(self) -> Path:
        """Byte-identical later arrivals, one folder a record."""
        return self.root / "duplicate"

    @property
    def held(self) -> Path:
        """Files stopped by a 密级 mark, under their hash."""
        return self.root / "held"

    @property
    def handed_over(self) -> Path:
        """Stopped files whose recorded outcome is 移交."""
        return self.held / "handed_over"

    @property
    def uploads(self) -> Path:
        """Browser uploads while they arrive."""
        return self.root / "uploads"

    def make(self) -> None:
        """Makes every folder that is missing and sets the modes; may be run again."""
        self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.inbox.mkdir(mode=0o770, exist_ok=True)
        self.public.mkdir(mode=OPEN_TO_READ, exist_ok=True)
        for folder in (
            self.vault,
            self.drafts,
            self.failed,
            self.duplicate,
            self.held,
            self.handed_over,
            self.uploads,
        ):
            folder.mkdir(mode=PRIVATE, exist_ok=True)
            folder.chmod(PRIVATE)
        ensure_secret_key(self.root)

    def path_key(self, *parts: str) -> str:
        """A keyed digest of a path below the inbox, under which it may be remembered.

        Without the installation's key it tells nothing of the name.
        """
        key = ensure_secret_key(self.root).encode("ascii")
        path = b"/".join(os.fsencode(part) for part in parts)
        return hmac.new(key, b"inbox-path:" + path, hashlib.sha256).hexdigest()

    # originals -----------------------------------------------------------------------------

    def original_path(self, sha256: str) -> Path:
        """Where the original with this hash lies or would lie.

        Raises:
            RefusedPath: if this is no SHA-256.
        """
        if not _SHA256.fullmatch(sha256):
            raise RefusedPath()
        return self.vault / sha256[:2] / sha256

    def store_original(
        self, sha256: str, data: bytes, extracted: ExtractedText | None = None
    ) -> None:
        """The bytes in the vault under their hash (0600), whole and on disk; idempotent.

        ``extracted`` is the whole extracted text (boxes, anchors), kept as JSON beside them.

        Raises:
            DigestMismatch: if the bytes have another hash.
            StorageFull: if there is no room.
        """
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DigestMismatch()
        target = self.original_path(sha256)
        self._shelf(target.parent)
        if not self.has_original(sha256):
            write_whole(target, data, mode=0o600, drafts=self.drafts, sync=False)
        if extracted is not None:
            self._store_extracted(sha256, extracted)
        with storage_errors():
            sync_folder(target.parent)

    def read_original(self, sha256: str) -> bytes:
        """The original's bytes.

        Raises:
            FileNotFoundError: if the vault lacks it.
            DigestMismatch: if the bytes have changed.
        """
        data = self.original_path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DigestMismatch()
        return data

    def has_original(self, sha256: str) -> bool:
        """Whether the vault holds the original, whole."""
        target = self.original_path(sha256)
        return target.is_file() and self.file_hash(target) == sha256

    def _extracted_path(self, sha256: str) -> Path:
        return self.original_path(sha256).with_name(f"{sha256}.extracted.json.gz")

    def _store_extracted(self, sha256: str, extracted: ExtractedText) -> None:
        body = json.dumps(to_plain(extracted), ensure_ascii=False, separators=(",", ":"))
        packed = gzip.compress(body.encode("utf-8", "surrogatepass"), compresslevel=3, mtime=0)
        target = self._extracted_path(sha256)
        write_whole(target, packed, mode=0o600, drafts=self.drafts, sync=False)

    def load_extracted(self, sha256: str) -> ExtractedText:
        """The extracted text as the reader made it.

        Raises:
            FileNotFoundError: if it is not there (a file moved to held/ has none).
        """
        body = gzip.decompress(self._extracted_path(sha256).read_bytes())
        return from_plain(ExtractedText, json.loads(body.decode("utf-8", "surrogatepass")))

    def forget_extracted(self, sha256: str) -> None:
        """Removes the extracted text of a document that turned out to be secret."""
        self._extracted_path(sha256).unlink(missing_ok=True)

    def remove_drafts(self) -> None:
        """Removes what a killed writer left; only whoever holds the intake lock may call it."""
        for draft in self.drafts.iterdir():
            draft.unlink(missing_ok=True)

    def remove_old_uploads(self, *, before: float) -> None:
        """Removes browser uploads that a killed server left (modified before this time stamp)."""
        for upload in self.uploads.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if upload.lstat().st_mtime < before:
                    upload.unlink()

    def vault_hashes(self) -> Iterator[str]:
        """Hash of every original in the vault."""
        for shelf in sorted(self.vault.iterdir()):
            if shelf.is_dir():
                yield from sorted(f.name for f in shelf.iterdir() if _SHA256.fullmatch(f.name))

    def _shelf(self, folder: Path) -> None:
        if not folder.is_dir():
            with storage_errors():
                folder.mkdir(mode=PRIVATE, exist_ok=True)
                sync_folder(folder.parent)

    @staticmethod
    def file_hash(path: Path) -> str:
        """SHA-256 (hex) of a file of ours."""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    # files set aside -----------------------------------------------------------------------

    def aside(self, folder: Path, record_id: int) -> Path:
        """The folder of one record below failed/ or duplicate/, made if missing."""
        place = folder / str(record_id)
        if not place.is_dir():
            with storage_errors():
                place.mkdir(mode=PRIVATE, exist_ok=True)
                sync_folder(folder)
        return place

    def set_aside_file(self, folder: Path, record_id: int) -> Path | None:
        """The one file that a record set aside, or None if somebody took it away."""
        place = folder / str(record_id)
        if not place.is_dir():
            return None
        files = [f for f in place.iterdir() if not f.name.startswith(_TEMPORARY)]
        return files[0] if files else None

    def held_path(self, held_name: str) -> Path:
        """The place of a stopped file.

        Raises:
            RefusedPath: if the name is not one that ``held_name`` makes.
        """
        sha256, _, number = held_name.partition(".")
        if not _SHA256.fullmatch(sha256) or (number and not number.isdecimal()):
            raise RefusedPath()
        return self.held / held_name

    @staticmethod
    def held_name(sha256: str, number: int) -> str:
        """Name of the ``number``-th arrival (from 1) of the same stopped bytes."""
        return sha256 if number == 1 else f"{sha256}.{number}"

    # published copies ----------------------------------------------------------------------

    def public_name(self, index_no: str, version: int, extension: str) -> str:
        """Name below public/ of a version: made of the index number, never of a title."""
        folder = re.sub(r"[^0-9A-Za-z-]+", "_", index_no)
        serial = re.sub(r"[^0-9A-Za-z-]+", "_", index_no.rpartition("/")[2])
        suffix = re.sub(r"[^0-9a-z]+", "", extension.lower())
        return f"{folder}/{version}/{serial}-v{version}.{suffix}"

    def public_path(self, file_name: str) -> Path:
        """The place of a published file.

        Raises:
            RefusedPath: if the name is not one that ``public_name`` makes.
        """
        if not _PUBLIC_NAME.fullmatch(file_name) or ".." in file_name:
            raise RefusedPath()
        return self.public / file_name

    def write_public(self, file_name: str, data: bytes) -> None:
        """The copy in public/ (0644), whole and on disk.

        Raises:
            StorageFull: if there is no room.
        """
        target = self.public_path(file_name)
        with storage_errors():
            for folder in (target.parent.parent, target.parent):
                if not folder.is_dir():
                    folder.mkdir(mode=OPEN_TO_READ, exist_ok=True)
                    sync_folder(folder.parent)
        write_whole(target, data, mode=0o644)

    def read_public(self, file_name: str, sha256: str) -> bytes:
        """A published copy's bytes.

        Raises:
            FileNotFoundError: if it is not there.
            DigestMismatch: if the bytes are not those that were published.
        """
        data = self.public_path(file_name).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DigestMismatch()
        return data

    def remove_public(self, file_name: str) -> None:
        """Takes a copy out of public/; its empty folders go with it."""
        target = self.public_path(file_name)
        target.unlink(missing_ok=True)
        for folder in (target.parent, target.parent.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def public_names(self) -> Iterator[str]:
        """Every file below public/, half-written ones too."""
        for path in sorted(self.public.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.public).as_posix()

    def remove_stray_public(self, file_name: str) -> None:
        """Removes a file below public/ that no catalogue row knows (a crash left it)."""
        target = (self.public / file_name).absolute()
        if self.public.absolute() not in target.parents or ".." in file_name:
            raise RefusedPath()
        target.unlink(missing_ok=True)
