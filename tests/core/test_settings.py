"""Settings: where the home folder is and what a settings file may say."""

from __future__ import annotations

from dataclasses import fields

import pytest

from forensic_app.errors import InvalidInput
from forensic_app.settings import Settings, load_settings, resources_dir


def test_home_is_the_variable_if_it_is_set(tmp_path):
    assert load_settings({"FORENSIC_APP_HOME": str(tmp_path)}) == Settings(home=tmp_path)


def test_home_is_the_users_data_folder_otherwise():
    assert load_settings({}).home.name == "forensic-app"


def test_the_environment_of_the_process_is_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path))
    assert load_settings().home == tmp_path


def test_a_settings_file_changes_limits(tmp_path):
    (tmp_path / "settings.toml").write_text(
        "max_image_pixels = 50\nworker_stop_timeout_s = 2.5\ncpu_threads = 0\n"
    )
    settings = load_settings({"FORENSIC_APP_HOME": str(tmp_path)})
    assert (settings.max_image_pixels, settings.worker_stop_timeout_s, settings.cpu_threads) == (50, 2.5, 0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("max_pixels = 5", "max_pixels"),
        ("home = 'x'", "home"),
        ("min_face_px = 48", "min_face_px"),
        ("busy_timeout_ms = 5000", "busy_timeout_ms"),
        ("max_image_pixels = '5'", "max_image_pixels"),
        ("max_image_pixels = 5.5", "max_image_pixels"),
        ("max_image_pixels = 0", "max_image_pixels"),
        ("max_image_pixels = true", "max_image_pixels"),
        ("worker_stop_timeout_s = nan", "worker_stop_timeout_s"),
        ("cpu_threads = -1", "cpu_threads"),
        ("max_image_pixels = ", "cannot be read"),
    ],
)
def test_a_settings_file_that_is_wrong_is_refused(tmp_path, text, word):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InvalidInput, match=word):
        load_settings({"FORENSIC_APP_HOME": str(tmp_path)})


def test_a_settings_file_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(InvalidInput, match="is a folder, not a file"):
        load_settings({"FORENSIC_APP_HOME": str(tmp_path)})


def test_every_setting_is_read_by_someone():
    package = resources_dir().parent / "forensic_app"
    code = "".join(path.read_text() for path in package.rglob("*.py") if path.name != "settings.py")
    assert [each.name for each in fields(Settings) if f".{each.name}" not in code] == []


def test_resources_lie_beside_the_package():
    assert (resources_dir().parent / "forensic_app" / "settings.py").is_file()
