"""A shell that stays open, so that commands run one after another as somebody types them."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Done(NamedTuple):
    """How a command ended."""

    status: int
    output: str


class Shell:
    """A bash in a folder; what a command changes in it (variables, folder) holds for the next one."""

    def __init__(
        self, folder: Path, notes: Path, environment: Mapping[str, str], wrapper: Sequence[str] = ()
    ) -> None:
        self.notes = notes
        self.count = 0
        notes.mkdir(parents=True, exist_ok=True)
        with (notes / "shell").open("wb") as log:
            self.process = subprocess.Popen(
                [*wrapper, "bash", "--norc", "--noprofile"], cwd=folder, env=dict(environment),
                stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._send("set -m")  # what runs in the background can be interrupted

    def _send(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def _files(self) -> tuple[Path, Path]:
        self.count += 1
        name = f"{self.count:03}"
        return self.notes / name, self.notes / f"{name}.status"

    def run(self, command: str, seconds: float = 600) -> Done:
        """Run a command to its end. Raises ``TimeoutError``."""
        output, status = self._files()
        self._send(f"{{ {command}\n}} </dev/null >{output} 2>&1; echo $? >{status}")
        return Done(self._status(status, output, seconds), _text(output))

    def serve(self, command: str, ready: str, asking: str = "", seconds: float = 120) -> Done:
        """Start a command, wait until it prints that it is up, run another one, and interrupt it."""
        output, status = self._files()
        self._send(f"{{ {command}\n}} </dev/null >{output} 2>&1 & served=$!")
        deadline = time.monotonic() + seconds
        while not re.search(ready, _text(output)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{command} is not up after {seconds} s:\n{_text(output)}")
            time.sleep(0.1)
        asked = self.run(asking) if asking else Done(0, "")
        self._send(f"kill -INT -- -$served; wait $served; echo $? >{status}")
        done = Done(self._status(status, output, seconds), _text(output))
        return asked if asked.status else done

    def _status(self, file: Path, output: Path, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        while not _text(file).endswith("\n"):
            if self.process.poll() is not None:
                raise ChildProcessError(
                    f"the shell has ended:\n{_text(output)}\n{_text(self.notes / 'shell')}"
                )
            if time.monotonic() > deadline:
                raise TimeoutError(f"it has not ended after {seconds} s:\n{_text(output)}")
            time.sleep(0.05)
        return int(_text(file))

    def close(self) -> None:
        """End the shell, and what still runs in it."""
        with suppress(OSError):
            self._send("kill -INT $(jobs -p) 2>/dev/null; wait; exit")
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _text(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.exists() else ""
