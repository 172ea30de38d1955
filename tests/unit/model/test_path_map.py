"""Paths of a worker of a cluster that sees the storage at another path."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core.model.files import path_map


def test_longest_start_decides_and_the_way_back_is_exact(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    pairs = path_map.parse(f"/films={tmp_path}/a:/films/old/={tmp_path}/link:")
    here = bytes(tmp_path)

    assert pairs.local(b"/films/x.mp4") == here + b"/a/x.mp4"
    assert pairs.local(b"/films/old/x.mp4") == here + b"/real/x.mp4"
    assert pairs.local(b"/films") == here + b"/a"
    assert pairs.local(b"/films2/x.mp4") == b"/films2/x.mp4"
    for path in (b"/films/x.mp4", b"/films/old/\xff.mp4", b"/elsewhere"):
        assert pairs.of_service(pairs.local(path)) == path
    assert pairs.text_of_service(f"{tmp_path}/a/x.mp4 is in use.") == "/films/x.mp4 is in use."


@pytest.mark.parametrize("text", ["/films", "films=/mnt/films", "/films=mnt"])
def test_other_form_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=f"INDEXIUM_PATH_MAP of a worker has “{text}”, but"):
        path_map.parse(text)


def test_file_must_be_seen_only_in_a_worker(tmp_path: Path) -> None:
    gone = bytes(tmp_path / "gone.mp4")
    assert path_map.checked_local_path(gone) == gone
    with path_map.active(path_map.PathMap()), pytest.raises(path_map.NotMountedError) as caught:
        path_map.checked_local_path(gone)
    assert caught.value.path == gone
    assert path_map.current() == path_map.PathMap()
