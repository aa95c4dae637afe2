"""A command that gets something other than a regular file refuses it, and never waits for it."""

import os
import socket
from pathlib import Path

import pytest

from newscrawl.files import open_regular, read_regular
from tests.conftest import scrapy


def test_anything_but_a_regular_file_is_refused(tmp_path: Path) -> None:
    pipe, place = tmp_path / "pipe", tmp_path / "socket"
    os.mkfifo(pipe)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        for path, word in {tmp_path: "a directory", pipe: "a pipe", Path("/dev/zero"): "a device"}.items():
            with pytest.raises(OSError, match=f"it is {word}, not a regular file"):
                open_regular(path)
        with pytest.raises(OSError, match=r"No such device|a socket"):
            open_regular(place)


def test_a_regular_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes("خبر".encode())
    assert read_regular(path, 6) == "خبر".encode()
    link = tmp_path / "link"
    link.symlink_to(path)
    assert read_regular(link) == "خبر".encode()
    with pytest.raises(OSError, match="more than 5 bytes"):
        read_regular(path, 5)


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (("try", "{}", "--url", "https://www.hespress.com/1.html"), "pipe"),
        (("schedule", "--check", "--file", "{}"), "/dev/zero"),
    ],
)
def test_a_command_ends_with_status_2(command: tuple[str, ...], given: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / given  # joining an absolute path gives that path
    done = scrapy(*(part.format(path) for part in command))
    said = done.stdout + done.stderr
    assert (done.returncode, "Traceback" in said) == (2, False), said
    assert f"it is {'a pipe' if given == 'pipe' else 'a device'}, not a regular file" in " ".join(
        said.split()
    )
