"""The keys of providers: entered, tested and removed; no answer, error or file but the key file has one."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexium_core import cli, errors, keys
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.library import Library
from indexium_core.model.providers.registry import key_names

SECRET = "0123456789abcdef-SECRET"


@pytest.fixture
def library(configured: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.delenv("INDEXIUM_TMDB_API_KEY")
    with Library.open(configured) as opened:
        yield opened


def origins(library: Library) -> dict[str, str]:
    return {each.name: each.origin for each in library.provider_keys.list()}


def test_entered_key_is_used_at_once_and_only_its_user_can_read_it(library: Library) -> None:
    path = library.home / keys.PROVIDER_FILE
    path.write_text('# mine\nomdb_api_key = "other-key"\n')
    path.chmod(0o644)

    library.provider_keys.set("tmdb_api_key", f" {SECRET}\n")

    assert path.read_text() == f'# mine\nomdb_api_key = "other-key"\ntmdb_api_key = "{SECRET}"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert origins(library) == dict.fromkeys(key_names(), "") | {
        "tmdb_api_key": "file",
        "omdb_api_key": "file",
    }
    assert library.providers.search("The Lantern Keeper", year=2014, kind="movie").decision.accepted
    assert SECRET not in repr(library.provider_keys.list())
    kept = [each for each in library.home.rglob("*") if each.is_file() and SECRET.encode() in each.read_bytes()]
    assert kept == [path]

    library.provider_keys.remove("tmdb_api_key")
    assert path.read_text() == '# mine\nomdb_api_key = "other-key"\n'
    assert origins(library)["tmdb_api_key"] == ""


@pytest.mark.parametrize("provider", ["tmdb", "tvdb", "omdb", "fanarttv"])
def test_key_is_tested_by_one_request_without_the_cache(
    library: Library, stand_in: ProviderStandIn, provider: str
) -> None:
    untested = library.provider_keys.test(provider)
    assert (untested.accepted, "There is no key" in untested.message) == (False, True)
    assert not stand_in.requests
    library.provider_keys.set(f"{provider}_api_key", SECRET)
    for _ in range(2):
        assert library.provider_keys.test(provider).accepted
    assert len(stand_in.requests) == 2

    stand_in.fail(provider, "rejected_key")
    for _ in range(2):  # a refusal of ten minutes does not answer for the provider
        refused = library.provider_keys.test(provider)
        assert not refused.accepted
        assert "reject" in refused.message
        assert SECRET not in refused.message
    assert len(stand_in.requests) == 4


@pytest.mark.parametrize("value", ["", " ", "kéy", "two words", "a" * 1001, "a\nb"])
def test_text_that_cannot_be_a_key_is_refused_without_the_text(library: Library, value: str) -> None:
    with pytest.raises(errors.UsageError, match="not a key") as caught:
        library.provider_keys.set("omdb_api_key", value)
    assert not value.strip() or value not in caught.value.message
    assert not (library.home / keys.PROVIDER_FILE).exists()


def test_key_of_the_environment_and_a_damaged_file_are_not_replaced(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEXIUM_OMDB_API_KEY", "of-the-environment")
    assert origins(library)["omdb_api_key"] == "environment"
    with pytest.raises(errors.UsageError, match="INDEXIUM_OMDB_API_KEY has this key"):
        library.provider_keys.set("omdb_api_key", SECRET)
    with pytest.raises(errors.UsageError, match="There is no key"):
        library.provider_keys.set("other", SECRET)
    with pytest.raises(errors.UsageError, match="There is no provider"):
        library.provider_keys.test("other")
    path = library.home / keys.PROVIDER_FILE
    path.write_text("not toml KEY-x")
    with pytest.raises(errors.UsageError, match="is not a TOML file") as caught:
        library.provider_keys.set("tmdb_api_key", SECRET)
    assert "KEY-x" not in caught.value.message
    assert path.read_text() == "not toml KEY-x"


def test_commands_read_a_key_from_the_input_and_test_it(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = library.home
    library.close()
    typed = tmp_path / "typed"
    typed.write_text(f"{SECRET}\n")
    with typed.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert cli.main(["--home", str(home), "providers", "set-key", "tmdb_api_key"]) == 0
    assert cli.main(["--home", str(home), "providers", "test", "tmdb"]) == 0
    assert cli.main(["--home", str(home), "providers", "keys"]) == 0
    shown = "".join(capsys.readouterr())
    assert "TMDB accepts the key." in shown
    assert SECRET not in shown
    assert cli.main(["--home", str(home), "providers", "set-key", "tmdb_api_key", "--remove"]) == 0
    assert cli.main(["--home", str(home), "providers", "test", "tmdb"]) == 1
