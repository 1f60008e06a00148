from __future__ import annotations

import pytest

from registry_site.demo.state import DIRECTORY_VARIABLE, Busy, State, here


@pytest.fixture
def state(tmp_path) -> State:
    return State(tmp_path)


def test_the_directory_is_made_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "a" / "demo"))
    assert here().directory.stat().st_mode & 0o077 == 0


def test_the_key_is_made_once_and_kept_from_others(state):
    first = state.environ()["SECRET_KEY"]
    assert len(first) >= 50
    assert state.environ()["SECRET_KEY"] == first
    (file,) = [each for each in state.directory.iterdir() if each.read_text() == first]
    assert file.stat().st_mode & 0o077 == 0


def test_a_directory_without_a_finished_story_has_none(state):
    state.mail.write_text("left behind by an interrupted start")
    assert state.story() is None
    state.finish({"days": 3})
    assert state.story() == {"days": 3}


def test_while_a_demo_runs_its_addresses_stand_in_the_environment(state):
    state.join_at({"EMAIL_URL": "smtp://127.0.0.1:4711"})
    assert state.environ()["EMAIL_URL"] == "smtp://127.0.0.1:4711"
    state.leave()
    assert state.environ()["EMAIL_URL"] != "smtp://127.0.0.1:4711"


def test_clearing_forgets_all_but_the_key(state):
    key = state.environ()["SECRET_KEY"]
    state.finish({"days": 3})
    state.mail.write_text("a mail")
    state.clear()
    assert state.story() is None
    assert not state.mail.exists()
    assert state.environ()["SECRET_KEY"] == key


def test_one_directory_is_one_demos_at_a_time(state):
    with state.alone():
        with pytest.raises(Busy, match=str(state.directory)), state.alone():
            pass
        state.clear()
        with pytest.raises(Busy), state.alone():
            pass
    with state.alone():
        pass
