"""Finding a published version: by number, or `latest`, through the catalog and never by listing a folder."""

import re

from data.catalog import Catalog
from data.errors import InputError
from data.versions import VersionManifest, read_version
from data.warehouse import Warehouse

LATEST = "latest"
_NUMBER = re.compile(r"v?0*(\d+)")


def latest_version(warehouse: Warehouse, catalog: Catalog, dataset: str) -> VersionManifest | None:
    """Return the newest published version of a dataset, None where there is none yet."""
    ((number,),) = catalog.query("SELECT max(version) FROM versions WHERE dataset = ?", [dataset])
    return None if number is None else read_version(warehouse, dataset, number)


def numbers_of(catalog: Catalog, dataset: str) -> list[int]:
    """Return the numbers of a dataset's published versions, ascending."""
    rows = catalog.query("SELECT version FROM versions WHERE dataset = ? ORDER BY version", [dataset])
    return [number for (number,) in rows]


def find_version(warehouse: Warehouse, catalog: Catalog, dataset: str, version: str = LATEST) -> VersionManifest:
    """Return a version by its name; see `find_number`."""
    return read_version(warehouse, dataset, find_number(warehouse, catalog, dataset, version))


def find_number(warehouse: Warehouse, catalog: Catalog, dataset: str, version: str = LATEST) -> int:
    """Return the number of a version by its name: `latest`, `v3`, `3` or `v0003`.

    Raises `InputError` naming what there is.
    """
    rows = catalog.query("SELECT dataset, version FROM versions ORDER BY ALL")
    numbers = [int(number) for name, number in rows if name == dataset]
    if not numbers:
        known = ", ".join(dict.fromkeys(name for name, _ in rows)) or "none yet"
        raise InputError(f"{warehouse.root}: no published dataset {dataset!r}; there are: {known}")
    if version == LATEST:
        return numbers[-1]
    match = _NUMBER.fullmatch(version)
    if match is None or int(match[1]) not in numbers:
        listed = ", ".join(f"v{number}" for number in numbers)
        raise InputError(f"{warehouse.root}: {dataset!r} has no version {version!r}; there are: {listed}, {LATEST}")
    return int(match[1])
