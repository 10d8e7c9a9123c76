import os
import shutil
import stat
from pathlib import Path

import pytest

from cluster import home as home_module
from cluster.errors import ClusterError, HomeInUse
from cluster.home import Home, Ports, SystemRecord
from cluster.owner import Owner
from cluster.privileges import account_for


@pytest.fixture
def home(server_directory: Path) -> Home:
    made = Home(server_directory / "home")
    made.prepare()
    return made


def record(owner: Owner) -> SystemRecord:
    return SystemRecord(
        owner=owner, database_url="d", redis_url="r", ray_address="127.0.0.1:1", ray_token_file=None
    )


def test_everything_in_a_home_is_closed_to_others(home: Home) -> None:
    home.place_postgres()
    for path in home.path.rglob("*"):
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path
    # PostgreSQL's account may pass through the home itself, and list nothing.
    assert stat.S_IMODE(home.path.stat().st_mode) & 0o066 == 0


def test_secrets_are_made_once(home: Home) -> None:
    before = {name: home.secret(name) for name in ("postgres_password", "ray_token", "cluster_secret")}
    home.prepare()
    assert {name: home.secret(name) for name in before} == before
    assert len(set(before.values())) == len(before)
    assert all(len(secret) == 64 for secret in before.values())


def test_a_home_has_one_owner_at_a_time(home: Home) -> None:
    with home.owned():
        home.write_record(record(Owner.this_process()))
        with pytest.raises(HomeInUse, match=rf"in use by the process {os.getpid()}.*FAYE_HOME"):
            home.owned().__enter__()
    with home.owned():
        pass


def test_what_a_killed_owner_wrote_is_nothing_to_join(home: Home) -> None:
    this = Owner.this_process()
    home.write_record(record(this))
    assert home.record() == record(this)
    # The number of a dead process, given to another one meanwhile.
    home.write_record(record(Owner(pid=this.pid, started_at_s=this.started_at_s - 100, boot=this.boot)))
    assert home.record() is None


def test_a_directory_with_other_things_is_left_alone(server_directory: Path) -> None:
    foreign = server_directory / "documents"
    foreign.mkdir(mode=0o755)
    (foreign / "letter.txt").write_text("dear")
    with pytest.raises(ClusterError, match="no home of Faye's"):
        Home(foreign).prepare()
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]
    assert stat.S_IMODE(foreign.stat().st_mode) == 0o755


def test_a_file_in_the_way_is_said_in_words(server_directory: Path) -> None:
    (server_directory / "home").write_text("")
    with pytest.raises(ClusterError, match="a file is in the way"):
        Home(server_directory / "home").prepare()


def test_a_full_disk_is_said_before_anything_is_started(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_module, "_FREE_BYTES_MIN", 1 << 62)
    with pytest.raises(ClusterError, match=r"the disk under .* is full: .*make room"):
        home.owned().__enter__()


def test_ports_are_remembered(home: Home) -> None:
    assert home.ports() == Ports()
    home.write_ports(Ports(postgres=20_001, valkey=None, ray=20_003))
    assert home.ports() == Ports(postgres=20_001, valkey=None, ray=20_003)


def test_where_the_database_account_cannot_go_the_database_lies_outside_and_no_mode_is_changed(
    server_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_module, "_OUTSIDE", server_directory / "lib")
    closed = server_directory / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "home")
    home.prepare()
    place = home.place_postgres()
    # Only root runs PostgreSQL as somebody else; for all others the home is as good a place as any.
    is_root = account_for(home.path / "postgres") is not None
    assert place.parent == (server_directory / "lib" if is_root else home.path)
    assert home.place_postgres() == place
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_home_that_was_moved_does_not_begin_anew_without_its_database(
    server_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_module, "_OUTSIDE", server_directory / "lib")
    monkeypatch.setattr(home_module, "reachable", lambda path, account: False)
    monkeypatch.setattr(home_module, "account_for", lambda path: account_for(path) or "somebody")
    home = Home(server_directory / "home")
    home.prepare()
    home.place_postgres().mkdir()
    home.path.rename(server_directory / "moved")
    with pytest.raises(ClusterError, match="its database is still in"):
        Home(server_directory / "moved").place_postgres()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("~nosuchuser/x", "no such user"),
        ("/tmp/" + "x" * 300, "the name is too long"),
        ("/dev/null/home", "set FAYE_HOME to a directory"),
        ("/tmp/a\nb", "cannot be shown"),
    ],
)
def test_a_path_that_no_home_can_have_is_refused_in_words(path: str, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        Home(Path(path)).prepare()
    with pytest.raises(ClusterError, match=words):
        Home(Path(path)).record()


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64, b"x" * 64, b"0" * 65])
def test_a_damaged_secret_is_named_with_what_to_do(home: Home, content: bytes) -> None:
    (home.path / "secrets" / "ray_token").write_bytes(content)
    with pytest.raises(ClusterError, match=r"ray_token is damaged; .* makes a new one"):
        home.secret("ray_token")
    with pytest.raises(ClusterError, match="ray_token is damaged"):
        home.prepare()
    (home.path / "secrets" / "postgres_password").write_bytes(content)
    with pytest.raises(ClusterError, match=r"postgres_password is damaged; .* backup"):
        home.secret("postgres_password")


def test_a_lost_password_of_a_database_that_exists_is_not_made_anew(home: Home) -> None:
    (home.path / "secrets" / "postgres_password").unlink()
    home.prepare()
    (home.path / "postgres" / "data").mkdir(parents=True)
    (home.path / "secrets" / "postgres_password").unlink()
    with pytest.raises(ClusterError, match=r"postgres_password is gone; .* backup"):
        home.prepare()


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"owner": "\xff"}', b"[" * 100_000, b'{"owner":{"pid":-1}}']
)
def test_a_damaged_record_is_named_with_what_to_do(home: Home, content: bytes) -> None:
    (home.path / "system.json").write_bytes(content)
    with pytest.raises(ClusterError, match=r"system.json is damaged; .*remove that file"):
        home.record()
    with home.owned():
        assert home.record() is None


@pytest.mark.parametrize("content", [b"", b"\xff", b'{"postgres": 99999}', b'{"postgres": "x"}'])
def test_damaged_ports_are_chosen_anew(home: Home, content: bytes) -> None:
    (home.path / "ports.json").write_bytes(content)
    assert home.ports() == Ports()


def test_a_home_that_was_removed_while_it_ran_is_said_in_words(home: Home) -> None:
    shutil.rmtree(home.path)
    with pytest.raises(ClusterError, match="not any more"):
        home.write_ports(Ports())


def test_a_clock_that_is_set_does_not_end_a_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    this = Owner.this_process()
    monkeypatch.setattr("psutil._pslinux.BOOT_TIME", 1.0, raising=False)
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: 1.0, raising=False)
    assert this.lives()
    assert not Owner(pid=this.pid, started_at_s=this.started_at_s, boot="an earlier one").lives()
