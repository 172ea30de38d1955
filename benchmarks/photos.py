"""
Photos: their metadata, the write of a rating, and thumbnails, beside ExifTool and Pillow.

    python -m benchmarks.photos [--photos 1000] [--large 1000] [--megabytes 5] [--sidecars 200] [--sample 20]
                                [--dir FOLDER]

The metadata are date, size as shown and rating. `extract_metadata_batch` reads them; one by one means the three calls
`extract_exif_date`, `get_dimensions` and `extract_exif_rating` for each photo. A process of ExifTool for each photo is
timed for a sample. All files are in the cache.
The write is `Library.write` of a rating with default settings: check, journal, fsync, write, verification and record.
One group of photos has an XMP packet with room, the other has none. ExifTool writes a sample of the same photos in one
process, with fsync of each, without a check and without a rollback.
A WebP with a packet outside the extended form cannot take a rating, so it gets a sidecar. ExifTool makes sidecars with
the same rating in one process, with fsync of each.
The thumbnails are those of the Library page; Pillow reads, shrinks and encodes each photo in a loop.
"""

from __future__ import annotations

import argparse
import io
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.support import films, report
from benchmarks.support.timing import seconds
from benchmarks.write import ALL, check_success, fsync
from indexium_core import photos
from indexium_core.library import Library

EXIFTOOL = ["exiftool", "-q", "-m", "-DateTimeOriginal", "-ImageSize", "-Orientation", "-Rating", "-j"]
ROOM = 4096  # bytes of padding in the packets with room
GOAL = 5.0  # ms for a write of a rating into a photo with room
WIDTH = 320  # pixels of a thumbnail
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="2"/></rdf:RDF></x:xmpmeta>'
    f'{" " * ROOM}<?xpacket end="w"?>'
).encode()


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--photos", type=int, default=1000, help="photos whose metadata and thumbnails are read")
    parser.add_argument("--large", type=int, default=1000, help="photos that get a rating")
    parser.add_argument("--megabytes", type=float, default=5.0, help="size of these")
    parser.add_argument("--sidecars", type=int, default=200, help="photos whose rating is written into a sidecar")
    parser.add_argument("--sample", type=int, default=20, help="photos for a process of ExifTool each")
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield the rows."""
    has_exiftool = shutil.which("exiftool") is not None
    if not has_exiftool:
        yield report.Omission("photos against `exiftool`", "exiftool is not installed.")
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="photo-benchmark-") as name:
        folder = Path(name)
        paths = make_photos(folder / "small", options.photos, side=1200)
        yield from metadata(paths, options.sample if has_exiftool else 0)
        yield from thumbnails(folder, paths)
        side = int((options.megabytes * 1e6 / 0.6) ** 0.5)  # noise has about 0.6 bytes for each pixel
        for label, packet in (("with room", PACKET), ("without room", b"")):
            target = folder / "large"
            large = make_photos(target, options.large, side=side, packet=packet)
            sample = min(100, len(large)) if has_exiftool else 0
            work = f"rating into {len(large):,} JPEGs of {large[0].stat().st_size / 1e6:.1f} MB {label}"
            ours = rating(folder, large)
            if label == "with room":
                yield report.Row(work, ours, "ms a file", "goal", GOAL)
            if sample:
                theirs = 1000 * seconds(partial(exiftool, large[:sample])) / sample
                yield report.Row(work, ours, "ms a file", "one `exiftool` (sample)", theirs)
            shutil.rmtree(target)
        beside = make_webps(folder / "sidecars", options.sidecars)
        work = f"rating into sidecars of {len(beside):,} photos"
        ours = rating(folder, beside)
        if not all(path.with_name(f"{path.name}.xmp").exists() for path in beside):
            raise SystemExit("Not every photo got a sidecar.")
        if has_exiftool:
            theirs = 1000 * seconds(lambda: exiftool_sidecars(beside)) / len(beside)
            yield report.Row(work, ours, "ms a file", "one `exiftool -o x.xmp`", theirs)


def make_photos(folder: Path, count: int, *, side: int, packet: bytes = b"") -> list[Path]:
    """Make JPEGs of noise with EXIF data in a new folder, each with other image data; return their paths."""
    folder.mkdir()
    noise = np.random.default_rng(1).integers(0, 255, (side, side, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x4746] = "Maker", "Model 1", 6, 3
    exif.get_ifd(0x8769)[0x9003] = "2019:07:04 10:11:12"
    made = io.BytesIO()
    Image.fromarray(noise).save(made, "JPEG", quality=75, exif=exif, **({"xmp": packet} if packet else {}))
    data = bytearray(made.getvalue())
    position = len(data) - 2000  # in the image data
    while 0xFF in data[position - 1 : position + 5]:
        position -= 1
    paths = [folder / f"photo {number:06}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        data[position : position + 4] = bytes(number // 200**place % 200 for place in range(4))
        path.write_bytes(data)
    films.age(folder)
    return paths


def make_webps(folder: Path, count: int) -> list[Path]:
    """Make simple WebP photos with an XMP chunk in a new folder, each with other image data; return their paths."""
    folder.mkdir()
    paths = [folder / f"photo {number:06}.webp" for number in range(count)]
    chunk = b"XMP " + struct.pack("<I", len(PACKET)) + PACKET + bytes(len(PACKET) % 2)
    noise = np.random.default_rng(1)
    for path in paths:
        made = io.BytesIO()
        Image.fromarray(noise.integers(0, 255, (120, 160, 3), dtype=np.uint8)).save(made, "WEBP")
        body = made.getvalue()[8:] + chunk
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    films.age(folder)
    return paths


def metadata(paths: Sequence[Path], sample: int) -> Iterator[report.Row]:
    """Time the metadata of all photos."""
    work = f"metadata of {len(paths):,} photos"
    list(photos.extract_metadata_batch(paths))  # the first run loads the modules and fills the cache
    batch = seconds(lambda: check_found(list(photos.extract_metadata_batch(paths)), len(paths)))
    single = seconds(lambda: [one_by_one(path) for path in paths])
    yield report.Row(work, len(paths) / batch, "files/s", "one by one", len(paths) / single)
    if sample:
        each = seconds(lambda: [run([*EXIFTOOL, str(path)]) for path in paths[:sample]]) / sample
        yield report.Row(work, len(paths) / batch, "files/s", "`exiftool` for each (sample)", 1 / each)
        whole = seconds(lambda: run([*EXIFTOOL, *map(str, paths)]))
        yield report.Row(work, len(paths) / batch, "files/s", "one `exiftool`", len(paths) / whole)


def one_by_one(path: Path) -> None:
    """Read the metadata of one photo with a call for each."""
    photos.extract_exif_date(path)
    photos.get_dimensions(path)
    photos.extract_exif_rating(path)


def check_found(found: Sequence[photos.MediaMetadata], count: int) -> None:
    """End the benchmark if not every photo was read: its time would mean nothing."""
    if [each.rating for each in found] != [3] * count:
        raise SystemExit("Not every photo was read.")


def thumbnails(folder: Path, paths: Sequence[Path]) -> Iterator[report.Row]:
    """Time the thumbnails of all photos."""
    home = folder / "home-thumbnails"
    with Library.open(home) as library:
        scan(library, paths[0].parent)
        ids = [row.file_id for row in library.inventory.search("", per_page=len(paths)).items]
        ours = seconds(lambda: [library.thumbnails.jpeg(file_id, width=WIDTH) for file_id in ids])
        theirs = seconds(lambda: [pillow_thumbnail(path) for path in paths])
    shutil.rmtree(home)
    yield report.Row(f"thumbnails of {len(paths):,} photos", len(ids) / ours, "files/s", "Pillow", len(paths) / theirs)


def pillow_thumbnail(path: Path) -> bytes:
    """Return a thumbnail as Pillow's documentation makes it."""
    made = io.BytesIO()
    with Image.open(path) as image:
        image.thumbnail((WIDTH, WIDTH))
        image.save(made, "JPEG", quality=80)
    return made.getvalue()


def rating(folder: Path, paths: Sequence[Path]) -> float:
    """Return the milliseconds a file of the write of a rating into all photos."""
    home = folder / "home-ratings"
    with Library.open(home) as library:
        scan(library, paths[0].parent)
        library.decisions.set_fields("", {"rating": "4"})
        plan = library.plan()
        ours = 1000 * seconds(lambda: check_success(library.write(plan, ALL).wait().counts)) / len(paths)
    shutil.rmtree(home)
    return ours


def exiftool(paths: Sequence[Path]) -> None:
    """Let one process of ExifTool write the rating: it makes copies and replaces the files."""
    run(["exiftool", "-q", "-m", "-overwrite_original", "-Rating=5", *map(str, paths)])
    for path in paths:
        fsync(path)


def exiftool_sidecars(paths: Sequence[Path]) -> None:
    """Let one process of ExifTool make a sidecar with the rating beside each photo."""
    run(["exiftool", "-q", "-m", "-o", "%d%f.%e-exiftool.xmp", "-Rating=5", *map(str, paths)])
    for path in paths:
        fsync(path.with_name(f"{path.name}-exiftool.xmp"))


def scan(library: Library, folder: Path) -> None:
    """Scan a folder with its photos."""
    library.inventory.add(folder, photos=True)
    library.scan()


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
