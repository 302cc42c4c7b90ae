"""What can become of a file, and a copy of a store for it to become of. Each
damage takes the path of the file."""

import os
import shutil


def empty(path):
    path.write_bytes(b"")


def garbage(path):
    path.write_bytes(bytes(range(256)))


def cut(path):
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


def link(path):
    """To what was there: not even that is believed."""
    aside = path.with_name("elsewhere")
    path.rename(aside)
    path.symlink_to(aside)


def directory(path):
    owner = path.parent.stat()
    path.unlink()
    for made in (path, path / "inside"):
        made.mkdir()
        os.chown(made, owner.st_uid, owner.st_gid)


def fifo(path):
    path.unlink()
    os.mkfifo(path)


def huge(path):
    with open(path, "ab") as file:
        file.truncate(64 * 1024 * 1024)


def fill(path):
    """All that is left of a disk."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            pass


def foreign(path):
    """The worker may not read it; root may read all."""
    os.chown(path, 0, 0)
    path.chmod(0o600)


def missing(path):
    path.unlink()


ALL = (empty, garbage, cut, link, directory, fifo, huge)


def copy_store(source, target):
    """With its owners, which a copy does not keep by itself."""
    shutil.copytree(source, target, symlinks=True)
    for path in [source, *source.rglob("*")]:
        info = path.lstat()
        os.chown(target / path.relative_to(source), info.st_uid, info.st_gid,
                 follow_symlinks=False)
