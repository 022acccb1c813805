"""Every error that Tracemill raises on purpose, by who owns it.

::

    TracemillError
    ├── InputError          the person who started the command can fix it (exit code 2)
    │   ├── ConfigError         a key, value or file of the configuration
    │   └── ProblemRowError     a row of a problem source
    ├── TeacherError        the teacher or its server
    │   └── TeacherDownError    no endpoint answers any more
    ├── StorageError        a file, folder or disk of the warehouse
    │   ├── WarehouseBusyError  another process holds what is needed
    │   └── CatalogError        the catalog cannot be used as it is
    └── VerifierError       the verifier itself, never the text that it judges

A sample that is wrong is none of these: it is a `Verdict`.
"""


class TracemillError(Exception):
    """Base of all errors raised on purpose; its text is written for the person at the terminal."""


class InputError(TracemillError):
    """Something that the caller gave cannot be used; nothing was written."""


class ConfigError(InputError):
    """A configuration file or value is wrong; the message names file, line and key."""


class ProblemRowError(InputError):
    """A row of a problem source cannot be read; the message names file and line."""


class TeacherError(TracemillError):
    """The teacher failed in a way that trying again did not mend."""


class TeacherDownError(TeacherError):
    """No endpoint of the teacher answers; the message names the URLs."""


class StorageError(TracemillError):
    """A file of the warehouse cannot be written or read; the message names it."""


class WarehouseBusyError(StorageError):
    """Another process holds the dataset or the catalog; the message names the process."""


class CatalogError(StorageError):
    """The catalog is damaged, or was written by a newer Tracemill."""


class VerifierError(TracemillError):
    """The verifier's processes cannot be started or kept running."""
