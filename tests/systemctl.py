"""systemctl for the trial of docs/operate.md: starts, restarts and judges the shipped units.

A unit runs as its user, with its environment, folders and mask; limits and sandboxes are left out.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUNNING = Path("/run/newscrawl-units")
DOWN = 3
"""Exit status of ``status`` for a unit that is not active."""


def service(name: str) -> dict[str, list[str]]:
    """The section ``[Service]`` of a unit."""
    text = (UNITS / f"{name}.service").read_text("utf-8").replace("\\\n", "")
    section = text.partition("[Service]\n")[2].partition("\n[")[0]
    found = defaultdict(list)
    for key, value in re.findall(r"^(\w+)=(.*)$", section, re.MULTILINE):
        found[key].append(value)
    return found


def start(name: str) -> None:
    """Start a unit. Raises ``CalledProcessError`` when what has to run before it fails."""
    unit = service(name)
    (user,), (group,) = unit["User"], unit["Group"]
    for folder in unit["StateDirectory"]:
        path = Path("/var/lib") / folder
        subprocess.run(
            ["install", "-d", "-m", *unit["StateDirectoryMode"], "-o", user, "-g", group, path], check=True
        )
    environment = {name: value for name, value in os.environ.items() if "proxy" in name or "_CERT_" in name}
    environment |= {"PATH": os.environ["PATH"], "USER": user}
    for line in unit["Environment"]:
        environment |= dict([line.split("=", 1)])
    for file in unit["EnvironmentFile"]:
        lines = Path(file).read_text("utf-8").splitlines()
        environment |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    given = {
        "cwd": (unit["WorkingDirectory"] or ["/"])[0], "env": environment, "user": user, "group": group,
        "extra_groups": [], "umask": int((unit["UMask"] or ["0022"])[0], 8),
    }  # fmt: skip
    for line in unit["ExecStartPre"]:
        subprocess.run(shlex.split(line.replace("$$", "$")), check=True, **given)
    with (RUNNING / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            shlex.split(unit["ExecStart"][0]), stdout=log, stderr=log, start_new_session=True, **given
        )
    (RUNNING / name).write_text(str(process.pid), "utf-8")


def active(name: str) -> bool:
    """Whether its process runs."""
    try:
        state = Path(f"/proc/{(RUNNING / name).read_text('utf-8')}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def stop(name: str) -> None:
    """End it, and wait for its end."""
    if active(name):
        os.kill(int((RUNNING / name).read_text("utf-8")), signal.SIGTERM)
        while active(name):
            time.sleep(0.1)


def main(command: str, *args: str) -> int:
    """Do what systemctl would; return its exit status."""
    RUNNING.mkdir(exist_ok=True)
    names = [arg for arg in args if not arg.startswith("-")]
    if command == "daemon-reload":
        return 0
    if command == "status":
        return 0 if all(map(active, names)) else DOWN
    for name in names:
        if command == "restart":
            stop(name)
        start(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
