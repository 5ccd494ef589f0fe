"""A pack on its way to a worker: by its folder on the same machine, by its files to another one.

Rules:
    * Whoever sends it names its digest. What arrives is read and verified like any pack, and refused under another
      digest.
    * The files lie in a folder of the worker's own while they are loaded, and not after.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from forensic_app.engines.packs.door import refusing
from forensic_app.engines.packs.files import read_file
from forensic_app.engines.packs.manifest import MANIFEST_NAME
from forensic_app.engines.packs.pack import Pack, read_pack
from forensic_app.errors import PackAltered
from forensic_app.private import make_private_folder, open_private


@dataclass(frozen=True, slots=True)
class TravellingPack:
    """A pack that a worker is to load.

    Attributes:
        name: The pack's.
        sha256: Its digest.
        path: Its folder, on the machine that sends it.
        files: Its files by relative path, where it goes to another machine; else none.
    """

    name: str
    sha256: str
    path: Path
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)

    def with_files(self) -> TravellingPack:
        """Return the pack with all of its files in it.

        Raises:
            PackMissing: A file is not there.
            PackAltered: It is another pack now.
            PackRefused: A file cannot be read.
        """
        pack = self._checked(read_pack(self.path))
        with refusing(f"The model pack {self.name} cannot be read"):
            names = sorted({MANIFEST_NAME, *pack.files})
            found = [(each, bytes(read_file(self.path / each)[0])) for each in names]
        return replace(self, files=tuple(found))

    @contextmanager
    def opened(self) -> Iterator[Pack]:
        """Yield the pack, described and not verified yet, while its files can be loaded.

        Raises:
            OSError: There is no room for its files.
            PackAltered: It is another pack than was sent.
            PackMissing: It is not there.
        """
        if not self.files:
            yield self._checked(read_pack(self.path))
            return
        with tempfile.TemporaryDirectory(prefix="forensic-app-pack-") as folder:
            for name, data in self.files:
                place = Path(folder) / self.path.name / name
                make_private_folder(place.parent)
                with open_private(place, "xb") as stream:
                    stream.write(data)
            yield self._checked(read_pack(Path(folder) / self.path.name))

    def _checked(self, pack: Pack) -> Pack:
        if pack.sha256 != self.sha256:
            raise PackAltered(
                f"The model pack {self.name} is not the one that the work began with.",
                "See which packs there are: forensic-app pack list. Then give the same command again.",
            )
        return pack


def travelling(pack: Pack) -> TravellingPack:
    """Return a pack as it is sent to a worker on the same machine."""
    return TravellingPack(pack.name, pack.sha256, pack.path)
