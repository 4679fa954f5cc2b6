"""What the gateway must be told besides what every program must."""

from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from chassis.config import Settings

LOCAL = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(Settings):
    """The gateway's settings."""

    token_private_key: str  # PEM, Ed25519: signs what the services believe
    customers_url: str = "http://127.0.0.1:8001"
    invoicing_url: str = "http://127.0.0.1:8002"
    files_url: str = "http://127.0.0.1:8003"
    dialog_url: str = "http://127.0.0.1:8004"
    recruitment_url: str = "http://127.0.0.1:8005"
    card_ms: int = 800  # the card waits that long for the services
    base_url: str = "http://localhost:8000"  # how people reach the gateway
    trusted_hosts: str = ""  # more host names it answers to, separated by commas
    secure: int = 1  # 0: without TLS, for the embedded form on one's own machine
    proxies: int = 0  # trusted reverse proxies in front: that many addresses of X-Forwarded-For are believed
    idle_minutes: int = 8 * 60  # a session ends when nothing was asked for that long
    session_minutes: int = 24 * 60  # and in any case after this
    tries_per_account: int = 10  # wrong passwords for one account from one address in a quarter of an hour
    tries_per_address: int = 100  # wrong passwords from one address in a quarter of an hour
    password_memory_kib: int = 64 * 1024  # what one guess at a password costs (argon2id, RFC 9106)
    metrics_token: str = ""  # who may read /metrics; empty: nobody

    @property
    def services(self) -> dict[str, str]:
        """Return the address of each service."""
        names = [field.name for field in fields(self) if field.name.endswith("_url")]
        own = ("database_url", "broker_url", "base_url")
        return {name.removesuffix("_url"): getattr(self, name) for name in names if name not in own}

    @property
    def hosts(self) -> list[str]:
        """Return the host names that the gateway answers to."""
        more = [host.strip() for host in self.trusted_hosts.split(",") if host.strip()]
        return [urlsplit(self.base_url).hostname or "localhost", *LOCAL, *more]
