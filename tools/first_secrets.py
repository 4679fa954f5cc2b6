"""Make the secrets that docker-compose.yml names, where they are missing: `make secrets`.

Each lies in a file of its own, in a folder that only its owner may enter. The files themselves may be read by all: a
container is given single ones, and reads them as another user. docs/deploying.md says how a secret is renewed.
"""

import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

from joserfc.jwk import OKPKey

from chassis.run import PROGRAMS
from tools.broker import VHOST

FOLDER = Path("var/secrets")
PRIVATE, PUBLIC = "token-private-key", "token-public-key"


def make(folder: Path) -> list[str]:
    """Make what is missing in *folder* and return the names of it."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    before = {path.name for path in folder.iterdir()}
    _keep(folder, "postgres-password", secrets.token_hex(32))
    for program in PROGRAMS:
        database = f"postgresql://{program}:{secrets.token_hex(32)}@postgres:5432/{program}"
        reader = f"postgresql://{program}_reader:{secrets.token_hex(32)}@postgres:5432/{program}"
        broker = f"amqp://{program}:{secrets.token_hex(32)}@rabbitmq:5672/{VHOST}"
        _keep(folder, f"{program}-database-url", database)
        _keep(folder, f"{program}-reader-url", reader)
        _keep(folder, f"{program}-broker-url", broker)
        _keep(folder, f"{program}-cursor-key", secrets.token_hex(32))
    _keep(folder, PRIVATE, OKPKey.generate_key("Ed25519").as_pem(private=True).decode())
    _write(folder / PUBLIC, OKPKey.import_key((folder / PRIVATE).read_text()).as_pem(private=False).decode())
    _write(folder / "rabbitmq-users.json", json.dumps({"users": [_user(folder, program) for program in PROGRAMS]}))
    return sorted({path.name for path in folder.iterdir()} - before)


def _keep(folder: Path, name: str, new: str) -> None:
    if not (folder / name).exists():
        _write(folder / name, new)


def _write(path: Path, text: str) -> None:
    path.write_text(text)  # in place: a container that has the file sees it change
    path.chmod(0o644)


def _user(folder: Path, program: str) -> dict[str, str]:
    """Describe a program's user to the broker, which is told a hash and no password."""
    password = urlsplit((folder / f"{program}-broker-url").read_text()).password or ""
    salt = secrets.token_bytes(4)
    hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    return {
        "name": program,
        "password_hash": hashed,
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "",
    }


if __name__ == "__main__":
    made = make(Path(*sys.argv[1:2]) if sys.argv[1:] else FOLDER)
    print(f"{len(made)} secrets made: {', '.join(made)}" if made else "All secrets are there.")
