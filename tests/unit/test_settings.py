"""Settings: one table, three sources, and a file that is changed one line at a time."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from indexium_core import errors, settings
from indexium_core.model import setting_words
from indexium_core.settings import SettingRow, Settings
from indexium_core.settings_file import FILE_NAME


@pytest.fixture
def folder(home: Path) -> Path:
    home.mkdir()
    return home


def row(home: Path, name: str) -> SettingRow:
    return next(each for each in settings.table(settings.load(home)) if each.name == name)


def test_environment_precedes_file_and_default(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(row(folder, "probe_threads").value, row(folder, "probe_threads").source)]
    settings.store(folder, "probe_threads", 4)
    said.append((row(folder, "probe_threads").value, row(folder, "probe_threads").source))
    monkeypatch.setenv("INDEXIUM_PROBE_THREADS", "2")
    said.append((row(folder, "probe_threads").value, row(folder, "probe_threads").source))

    assert said == [("8", "default"), ("4", "file"), ("2", "environment")]
    assert "set in the environment" in row(folder, "probe_threads").locked


def test_every_setting_has_values_and_its_effect(folder: Path) -> None:
    for each in settings.table(settings.load(folder)):
        assert each.help
        assert each.allowed.endswith("needed")
        assert each.counts or each.locked


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("probe_threads", " 4 ", 4),
        ("max_operation_items", "20,000", 20_000),
        ("backup_budget", "2.5GB", 2_500_000_000),
        ("backup_budget", "1GiB", 2**30),
        ("preserve_mtime", "true", True),
        ("faststart", "any", "any"),
    ],
)
def test_typed_value_is_parsed(name: str, text: str, value: object) -> None:
    assert settings.read_value(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "needed"),
    [
        ("probe_threads", "0", "a whole number from 1 to 128 is needed"),
        ("probe_threads", "many", "a whole number from 1 to 128 is needed"),
        ("backup_budget", "-1", "a size such as 500MB or 10GB"),
        ("backup_budget", "9" * 30, "a size such as 500MB or 10GB"),
        ("preserve_mtime", "perhaps", "true or false is needed"),
        ("faststart", "no", "keep or any is needed"),
    ],
)
def test_invalid_setting_value_is_refused(name: str, text: str, needed: str) -> None:
    with pytest.raises(errors.ValidationError) as refused:
        settings.read_value(name, text)

    assert needed in refused.value.message
    assert f"“{text}”" in refused.value.message
    assert refused.value.message.count(".") == 1


@pytest.mark.parametrize("name", ["probe_threads", "PROBE_THREADS", "INDEXIUM_PROBE_THREADS", "probe-threads"])
def test_setting_name_accepts_all_spellings(name: str) -> None:
    assert settings.name_of(name) == "probe_threads"


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(errors.UnknownIdError, match="no setting “treads”"):
        settings.name_of("treads")


def test_store_changes_only_one_line(folder: Path) -> None:
    text = '# mine\nfaststart = "any"\r\nprobe_threads=4\n\n[later]\nprobe_threads = "not this"\n'
    (folder / FILE_NAME).write_bytes(text.encode())

    settings.store(folder, "probe_threads", 6)
    settings.store(folder, "backup_budget", settings.read_value("backup_budget", "20GB"))
    settings.store(folder, "preserve_mtime", value=True)

    changed = (folder / FILE_NAME).read_bytes().decode()
    assert changed == (
        '# mine\nfaststart = "any"\r\nprobe_threads = 6\n\nbackup_budget = "20GB"\npreserve_mtime = true\n'
        '[later]\nprobe_threads = "not this"\n'
    )
    settings.store(folder, "probe_threads", None)
    assert "probe_threads" not in tomllib.loads((folder / FILE_NAME).read_text()).keys() - {"later"}
    assert settings.load(folder).probe_threads == 8


def test_missing_final_newline_is_added(folder: Path) -> None:
    (folder / FILE_NAME).write_text('faststart = "any"')
    settings.store(folder, "probe_threads", 6)
    assert (folder / FILE_NAME).read_text() == 'faststart = "any"\nprobe_threads = 6\n'


def test_unplaceable_value_keeps_file(folder: Path) -> None:
    odd = 'note = """\nprobe_threads = 3\n"""\n'
    (folder / FILE_NAME).write_text(odd)

    with pytest.raises(errors.UsageError, match="edit probe_threads there"):
        settings.store(folder, "probe_threads", 6)
    assert (folder / FILE_NAME).read_text() == odd


def test_failed_settings_write_keeps_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.store(folder, "probe_threads", 6)
    before = (folder / FILE_NAME).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings.os, "fsync", full)  # type: ignore[attr-defined]  # as the module sees it
    with pytest.raises(errors.StoreError, match="No space left"):
        settings.store(folder, "probe_threads", 7)

    assert (folder / FILE_NAME).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


def test_invalid_environment_value_names_setting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEXIUM_PROBE_THREADS", "many")
    with pytest.raises(errors.UsageError, match="INDEXIUM_PROBE_THREADS is set to 'many': a whole number"):
        settings.load(folder)


@pytest.mark.parametrize("text", ["auto", "dask://scheduler:8786", "dask://10.0.0.5:8786", "tls://[::1]:8786"])
def test_executor_is_a_word_or_the_address_of_a_scheduler(home: Path, text: str) -> None:
    assert settings.load(home, executor=text).executor == text


@pytest.mark.parametrize("text", ["", "dask", "dask://", "dask://scheduler", "tcp://scheduler:8786", "dask://a b:1"])
def test_other_executor_is_rejected_with_the_allowed_values(home: Path, text: str) -> None:
    sentence = "auto, threads, processes or the address of a Dask scheduler, such as dask://host:8786, is needed"
    with pytest.raises(errors.UsageError, match=sentence):
        settings.load(home, executor=text)
    with pytest.raises(errors.ValidationError, match=sentence):
        settings.read_value("executor", text)


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("allowed_hosts", "a" * 253),
        ("trusted_user_header", "a" * 61),
        ("oidc_issuer", "https://" + "a" * 500),
        ("oidc_client_id", "a" * 255),
        ("oidc_name_claim", "a" * 101),
        ("oidc_role_claim", "a" * 101),
    ],
)
def test_texts_of_the_sign_in_have_a_largest_length(name: str, longest: str) -> None:
    assert getattr(Settings.model_validate({name: longest}), name) == longest
    for wrong in (f"{longest}a", f"{longest}\n"):
        with pytest.raises(ValidationError):
            Settings.model_validate({name: wrong})


def test_each_setting_has_a_label_in_one_group(home: Path) -> None:
    grouped = [name for labels in setting_words.GROUPS.values() for name in labels]
    assert sorted(grouped) == sorted(Settings.model_fields)
    assert set(grouped) >= setting_words.ADVANCED
    rows = {each.name: each for each in settings.table(settings.load(home))}
    retention, threads = rows["metadata_backup_retention_days"], rows["probe_threads"]
    assert (retention.label, retention.group) == ("Backup retention, in days", "Backups")
    assert [each.may_cost_backups for each in (retention, threads)] == [True, False]
    assert [each.is_advanced for each in (retention, threads)] == [False, True]
    assert retention.place < threads.place
