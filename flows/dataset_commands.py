"""The commands about published versions: `datasets diff`, `datasets path`, and `gc`."""

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.catalog import Catalog
    from data.version_diff import VersionDiff
    from data.warehouse import Warehouse


def add_diff_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of `datasets diff`."""
    parser.add_argument("dataset", metavar="NAME")
    parser.add_argument("old", metavar="OLD", help="such as v3")
    parser.add_argument("new", metavar="NEW", nargs="?", default="latest", help="such as v4 (default: latest)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_path_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of `datasets path`."""
    parser.add_argument("dataset", metavar="NAME")
    parser.add_argument("version", metavar="VERSION", nargs="?", default="latest", help="such as v4 (default: latest)")


def add_check_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of `datasets check`."""
    parser.add_argument("dataset", metavar="NAME", nargs="?", help="default: all datasets, and all shards")
    parser.add_argument("version", metavar="VERSION", nargs="?", help="such as v4 (default: all)")


def add_gc_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of `gc`."""
    parser.add_argument("--yes", action="store_true", help="remove it; without, only say what would be removed")
    parser.add_argument(
        "--forget-run",
        action="append",
        default=[],
        metavar="RUN",
        help="also what this run wrote, unless a version needs it; may be repeated",
    )


def opened(args: Namespace) -> "tuple[Warehouse, Catalog]":
    """Return the warehouse that the arguments name, with its catalog."""
    from data.catalog import Catalog  # noqa: PLC0415 - `--help` loads nothing of this
    from data.warehouse import existing_warehouse  # noqa: PLC0415

    warehouse = existing_warehouse(args.warehouse)
    catalog = Catalog(warehouse.catalog, warehouse.root)
    catalog.migrate()
    return warehouse, catalog


def path(args: Namespace) -> int:
    """Print the folder of a version."""
    from data.published import find_version  # noqa: PLC0415
    from data.versions import version_path  # noqa: PLC0415

    warehouse, catalog = opened(args)
    print(version_path(warehouse, find_version(warehouse, catalog, args.dataset, args.version)))
    return 0


def diff(args: Namespace) -> int:
    """Print what changed from one version to another, and why."""
    from data.published import find_version  # noqa: PLC0415
    from data.version_diff import diff_versions  # noqa: PLC0415

    warehouse, catalog = opened(args)
    old, new = (find_version(warehouse, catalog, args.dataset, version) for version in (args.old, args.new))
    found = diff_versions(warehouse, catalog, old, new)
    if args.json:
        print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False))
    else:
        _print_diff(found)
    return 0


def check(args: Namespace) -> int:
    """Compare files with their manifests; 1 where something is wrong."""
    from data.integrity import all_numbers, check_shards, check_versions  # noqa: PLC0415
    from data.published import find_number, numbers_of  # noqa: PLC0415

    warehouse, catalog = opened(args)
    if args.dataset:
        newest = find_number(warehouse, catalog, args.dataset, args.version or "latest")
        numbers = [newest] if args.version else numbers_of(catalog, args.dataset)
        versions = [(args.dataset, number) for number in numbers]
    else:
        versions = all_numbers(warehouse, catalog)
    files, damages = 0, []
    for count, found in check_versions(warehouse, versions):
        files += count
        damages += found
    if not args.dataset:
        damages += check_shards(warehouse, catalog)
    for damage in damages:
        print(f"{damage.path}: {damage.what}")
    shards = "" if args.dataset else " and all shards"
    if damages:
        print("1 thing is wrong" if len(damages) == 1 else f"{len(damages):,} things are wrong")
    else:
        print(f"Nothing is wrong with {files:,} files of versions{shards}.")
    return 1 if damages else 0


def gc(args: Namespace) -> int:
    """Say what no version and no run refers to, and remove it if so asked."""
    from data.garbage import check_no_run_is_running, find_garbage, lock_all, remove_garbage  # noqa: PLC0415
    from data.warehouse import existing_warehouse  # noqa: PLC0415

    warehouse = existing_warehouse(args.warehouse)
    with lock_all(warehouse):
        check_no_run_is_running(warehouse, args.forget_run)
        garbage = find_garbage(warehouse, args.forget_run)
        for each in garbage:
            print(f"{each.bytes:>14,}  {each.path.relative_to(warehouse.root)}  ({each.why})")
        total = f"{len(garbage):,} files and folders of {sum(each.bytes for each in garbage):,} bytes"
        if not garbage:
            print("Nothing to remove: everything is referred to by a version or a run.")
        elif args.yes:
            remove_garbage(warehouse, garbage)
            print(f"Removed {total}.")
        else:
            print(f"Would remove {total}; nothing was removed: add --yes to do it.")
    return 0


def _print_diff(found: "VersionDiff") -> None:
    from flows.console import harmless  # noqa: PLC0415

    print(f"{found.dataset} v{found.old} → v{found.new}")
    for kind, count, why in (
        ("added", found.added, found.added_because),
        ("removed", found.removed, found.removed_because),
        ("changed", found.changed, found.changed_columns),
    ):
        print(f"\n{count:,} traces {kind}")
        for reason, traces in why.items():
            print(f"  {traces:>10,}  {'column ' if kind == 'changed' else ''}{reason}")
        for each in found.examples[kind]:
            print(f"    {each.trace_id}  {harmless(' '.join(each.question.split())[:80])}")
    print(f"\n{found.same:,} traces are the same")
    if found.settings:
        print("\nMade differently:")
        for key, (old, new) in found.settings.items():
            print(f"  {key}: {json.dumps(old, ensure_ascii=False)} → {json.dumps(new, ensure_ascii=False)}")
