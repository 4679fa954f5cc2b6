"""Tell whether a server can be run in a container here."""

import gc
import warnings

from docker import DockerClient
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.docker_client import DockerClient as ConfiguredClient


def obtainable(image: str) -> bool:
    """Tell whether a Docker engine answers and has the image, or can pull it."""
    engine = _engine()
    if engine is None:
        return False
    needed = [testcontainers_config.hub_image_name_prefix + image]
    if not testcontainers_config.ryuk_disabled:  # the container that clears up after a run that was killed
        needed.append(testcontainers_config.ryuk_image)
    try:
        return all(_obtained(engine, each) for each in needed)
    finally:
        engine.close()


def _engine() -> DockerClient | None:
    with warnings.catch_warnings():
        # Where no engine answers, docker leaves a socket open.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            return ConfiguredClient().client
        except DockerException:
            return None
        finally:
            gc.collect()


def _obtained(engine: DockerClient, image: str) -> bool:
    try:
        if not engine.images.list(name=image):
            engine.images.pull(image)
    except DockerException:
        return False
    return True
