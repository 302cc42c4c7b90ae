"""Files that nobody but their owner may read."""


def write_secret(path, content, mode=0o600):
    path.write_text(content + "\n")
    path.chmod(mode)
    return path
