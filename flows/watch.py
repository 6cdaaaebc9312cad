"""The watcher: what stands still is taken and what is signed is published within seconds.

watchfiles tells of changes at once where the file system does; on SMB and NFS shares it often does
not, so the inbox is also looked at every few seconds. Both only wake the same sweep that the
schedule runs.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from watchfiles import watch

from domain.decisions import ReviewState
from domain.errors import AlreadyRunning, GongkaiError
from flows.office import open_office
from flows.settings import Settings
from flows.work import publish_signed, sweep_inbox

LOG = logging.getLogger("gongkai.watch")
Sight = frozenset[tuple[str, int, int]]


def sight(inbox: Path) -> Sight:
    """What lies in the inbox now: name, size and time of every entry; links are not followed."""
    return frozenset(_entries(inbox))


def _entries(folder: Path) -> Iterator[tuple[str, int, int]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _entries(Path(entry.path))
                else:
                    stat = entry.stat(follow_symlinks=False)
                    yield entry.path, stat.st_size, stat.st_mtime_ns
    except OSError as error:
        # a share that is away for a moment: the next look will tell
        LOG.warning("inbox not readable errno=%s", error.errno)


def watch_inbox(settings: Settings, stop: threading.Event) -> None:
    """Sweep whenever the inbox differs from what the last sweep left, until ``stop`` is set."""
    inbox = settings.home / "inbox"
    left: Sight = frozenset()
    for _ in watch(
        inbox,
        stop_event=stop,
        yield_on_timeout=True,
        rust_timeout=int(settings.poll_seconds * 1000),
        debounce=500,
        ignore_permission_denied=True,
        raise_interrupt=False,
    ):
        _publish(settings)
        now = sight(inbox)
        if not now or now == left:
            continue
        if _sweep(settings):
            left = sight(inbox)


def _publish(settings: Settings) -> None:
    """Publish what two people have signed; what is blocked waits for a person."""
    open_office(settings)
    from bureau.register.models import ReviewItem

    ready = ReviewItem.objects.filter(state=ReviewState.PUBLISHABLE.value, blocked_code="")
    if not ready.exists():
        return
    try:
        publish_signed(settings, trigger="watch")
    except AlreadyRunning:
        return
    except GongkaiError as error:
        LOG.error("publish failed code=%s", error.code)


def _sweep(settings: Settings) -> bool:
    """Whether the sweep left nothing that is still on its way."""
    try:
        counts = sweep_inbox(settings, trigger="watch")
    except AlreadyRunning:
        return False
    except GongkaiError as error:
        LOG.error("sweep failed code=%s", error.code)
        return False
    if counts.done:
        LOG.info("sweep stored=%d failed=%d", counts.stored, counts.failed)
    return not counts.waiting
