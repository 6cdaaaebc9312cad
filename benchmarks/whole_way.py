"""`python -m benchmarks.whole_way`: every stage and the whole way, beside a naive design.

Each stage runs in its own forked child. Peak memory is the larger of the child's and of its
largest own child's. The naive classifier is fitted outside its measure, as ours is loaded.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import naive
from benchmarks.documents import write_inbox
from benchmarks.measured import Measure, Stage, measured

Files = Sequence[tuple[str, bytes]]


def extracted_texts(files: Files) -> list[Any]:
    """The documents read by our own readers, in this process."""
    from pipelines.extraction.dispatch import extract

    return [extract(data, name) for name, data in files]


def ours(files: Files, inbox: Path) -> Mapping[str, Stage]:
    """Our stages; each loads what it needs before its clock starts."""

    def extract() -> Callable[[], tuple[int, int]]:
        return lambda: _count([e.text for e in extracted_texts(files)])

    def tokenize() -> Callable[[], tuple[int, int]]:
        from pipelines.normalization import normalize
        from pipelines.tokenization import tokenize as cut

        texts = [normalize(e.text).text for e in extracted_texts(files)]
        cut("预热")

        def work() -> tuple[int, int]:
            for text in texts:
                cut(text)
            return _count(texts)

        return work

    def suggest() -> Callable[[], tuple[int, int]]:
        from flows.instruments import load_instruments
        from pipelines.intake import prepare, suggestion_for

        instruments = load_instruments(None, None)
        plain = replace(instruments, names=None)
        prepared = [prepare(e, plain) for e in extracted_texts(files)]

        def work() -> tuple[int, int]:
            for one in prepared:
                suggestion_for(one, instruments)
            return _count([p.extracted.text for p in prepared])

        return work

    def screen(with_names: bool) -> Stage:
        def load() -> Callable[[], tuple[int, int]]:
            from flows.instruments import load_instruments
            from pipelines.normalization import normalize
            from pipelines.tokenization import tokenize as cut
            from redaction.screening import screen as find

            instruments = load_instruments(None, None)
            read = [(e, n := normalize(e.text), cut(n.text)) for e in extracted_texts(files)]

            def work() -> tuple[int, int]:
                for extracted, normalized, tokens in read:
                    find(
                        extracted,
                        normalized,
                        tokens,
                        document_kind="通知",
                        policy=instruments.policy,
                        names=instruments.names if with_names else None,
                    )
                return _count([e.text for e, _, _ in read])

            return work

        return load

    return {
        "extract": extract,
        "tokenise": tokenize,
        "suggest": suggest,
        "screen": screen(with_names=False),
        "screen+names": screen(with_names=True),
        "whole way": lambda: _sweep(inbox),
    }


def plainly(files: Files) -> Mapping[str, Stage]:
    """The naive stages of the same names."""
    texts = [naive.extract(data, name) for name, data in files]

    def each(*works: Callable[[str], object]) -> Stage:
        def load() -> Callable[[], tuple[int, int]]:
            for work in works:
                work("预热")
            return lambda: ([[w(t) for w in works] for t in texts], _count(texts))[1]

        return load

    def whole() -> Callable[[], tuple[int, int]]:
        label = naive.classifier(texts)

        def work() -> tuple[int, int]:
            for name, data in files:
                text = naive.extract(data, name)
                label(text), naive.numbers(text), naive.names(text)
            return _count(texts)

        return work

    return {
        "extract": lambda: lambda: _count([naive.extract(d, n) for n, d in files]),
        "tokenise": each(naive.tokenize),
        "suggest": lambda: each(naive.classifier(texts))(),
        "screen": each(naive.numbers),
        "screen+names": each(naive.numbers, naive.names),
        "whole way": whole,
    }


def _count(texts: Sequence[str]) -> tuple[int, int]:
    return len(texts), sum(map(len, texts))


def _office(home: Path) -> Any:
    """The settings of an empty office at ``home``, its database made."""
    from flows.settings import load, use_environment

    use_environment({"GONGKAI_STABLE_SECONDS": "0.2"})
    settings = load({"GONGKAI_HOME": str(home), "GONGKAI_STABLE_SECONDS": "0.2"})
    from flows.office import open_office

    open_office(settings).make()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return settings


def _sweep(inbox: Path) -> Callable[[], tuple[int, int]]:
    settings = _office(inbox.parent)
    from bureau.register.models import DocumentText
    from flows.work import sweep_inbox

    def work() -> tuple[int, int]:
        sweep_inbox(settings, trigger="benchmark", patience_seconds=3600)
        return _count(list(DocumentText.objects.values_list("text", flat=True)))

    return work


def resident_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def schedule(count: int, home: Path) -> str:
    """One call of the scheduled work over ``count`` small files: runs recorded, memory around."""
    settings = _office(home)
    from bureau.register.models import Document, RunRecord
    from flows.work import sweep_inbox

    folder = home / "inbox" / "办公室"
    folder.mkdir(parents=True, exist_ok=True)

    def drop(numbers: range) -> None:
        for number in numbers:
            text = f"关于第{number}号事项的通知\n各股室：请做好第{number}批检查。\n"
            (folder / f"{number}.txt").write_text(text, encoding="utf-8")

    drop(range(20))
    sweep_inbox(settings, trigger="benchmark")
    before, runs = resident_mb(), RunRecord.objects.count()
    drop(range(20, 20 + count))
    sweep_inbox(settings, trigger="benchmark", patience_seconds=3600)
    return (
        f"{Document.objects.count() - 20} files, {RunRecord.objects.count() - runs} run record, "
        f"memory {before:.0f} MB before, {resident_mb():.0f} MB after"
    )


def table(docx: int, pdf: int, home: Path) -> list[str]:
    """The rows of the result, as Markdown."""
    inbox = home / "inbox"
    files = [(p.name, p.read_bytes()) for p in write_inbox(inbox, docx=docx, pdf=pdf)]
    theirs = plainly(files)
    rows = [
        "| stage | docs/s | chars/s | peak MB | naive docs/s | naive MB | ours/naive |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, stage in ours(files, inbox).items():
        own, other = measured(stage), measured(theirs[name])
        rows.append(row(name, own, other))
        print(rows[-1], flush=True)
    return rows


def row(name: str, own: Measure, other: Measure) -> str:
    """One line of the table."""
    ratio = own.characters_a_second / other.characters_a_second
    return (
        f"| {name} | {own.documents_a_second:.1f} | {own.characters_a_second:,.0f} "
        f"| {own.peak_mb:.0f} | {other.documents_a_second:.1f} | {other.peak_mb:.0f} "
        f"| {ratio:.2f} |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docx", type=int, default=500)
    parser.add_argument("--pdf", type=int, default=100)
    parser.add_argument("--schedule", action="store_true")
    parser.add_argument("--files", type=int, default=1000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.schedule:
            print(schedule(given.files, Path(folder)))
            return
        rows = table(given.docx, given.pdf, Path(folder))
    print(f"\n{given.docx} docx, {given.pdf} pdf, {os.cpu_count()} cores\n")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
