"""What all tests share: no test sees the machine's own settings, logins or transfers."""

import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import nursery
from xnat_ferry.practice.process import PracticeServer

# started in the background or by nohup, the tests would hand on to every child that these are ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PracticeServer.popen = nursery.Popen  # type: ignore[assignment]

# how long an example takes says how busy the machine is, nothing of what is tried
settings.register_profile("ferry", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ferry")

_OWN = ("XNAT_HOST", "XNAT_USER", "XNAT_PASS", "NETRC", "TMPDIR", "SLURM_TMPDIR", "XNAT_FERRY_SPOOL")


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty home and an empty environment."""
    for name in (*_OWN, "DBUS_SESSION_BUS_ADDRESS", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("XNAT_FERRY_TRANSFERS", str(tmp_path / "transfers"))
