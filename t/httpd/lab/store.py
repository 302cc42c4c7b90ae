"""Challenge stores outside httpd."""

from .process import Process, answers, free_port


class Redis:
    """One Redis that keeps nothing on disk."""

    def __init__(self, directory):
        self.port = free_port()
        self.process = Process(
            ["redis-server", "--port", self.port, "--bind", "127.0.0.1",
             "--save", "", "--appendonly", "no", "--dir", directory],
            directory / "redis.log")
        self.process.require(lambda: answers(self.port), 20, "Redis")
        self.directive = f"redis:127.0.0.1:{self.port}"

    def stop(self):
        self.process.stop()


class Memcached:
    """One memcached."""

    def __init__(self, directory):
        self.port = free_port()
        self.process = Process(
            ["memcached", "-l", "127.0.0.1", "-p", self.port, "-U", "0",
             "-u", "nobody"], directory / "memcached.log")
        self.process.require(lambda: answers(self.port), 20, "memcached")
        self.directive = f"memcache:127.0.0.1:{self.port}"

    def stop(self):
        self.process.stop()
