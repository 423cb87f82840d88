"""Settings of the HTTP adapters, read once from the environment."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from reelwright_kit.client import IN_PROCESS
from reelwright_kit.loopback import require_auth
from reelwright_kit.settings import Settings
from reelwright_kit.workers.cores import MOST_WITH_DATABASE, MOST_WORKERS, usable

Positive = Annotated[float, Meta(gt=0)]


class AdapterSettings(Settings, frozen=True, kw_only=True):
    """What the adapters read.

    Addresses are gRPC targets: `dns:///name:port`, `host:port` or `ipv4:address:port,address:port`.
    """

    listen: Annotated[str, Meta(pattern=r"^.+:\d{1,5}$")] = field(default="127.0.0.1:8081", name="REELWRIGHT_LISTEN")
    """Address to listen on, host:port."""
    workers: Annotated[int, Meta(ge=0, le=MOST_WORKERS)] = field(default=0, name="REELWRIGHT_WORKERS")
    """Processes that serve, up to 64; 0: one for each core, with the llm service in-process at most 4."""
    auth: Literal["off", "keys", "jwt"] = field(default="off", name="REELWRIGHT_AUTH")
    """How callers are known, as the services are set; `off` is for loopback only. The services do the looking."""
    llm_address: str = field(default="dns:///llm:50051", name="REELWRIGHT_LLM_ADDRESS")
    """The llm service; `in-process` runs it in this process, with its own settings from the same environment."""
    image_address: str = field(default="dns:///image:50051", name="REELWRIGHT_IMAGE_ADDRESS")
    """The image service."""
    video_address: str = field(default="dns:///video:50051", name="REELWRIGHT_VIDEO_ADDRESS")
    """The video service."""
    audio_address: str = field(default="dns:///audio:50051", name="REELWRIGHT_AUDIO_ADDRESS")
    """The audio service."""
    story_address: str = field(default="dns:///story:50051", name="REELWRIGHT_STORY_ADDRESS")
    """The story service."""
    jobs_address: str = field(default="dns:///story:50051", name="REELWRIGHT_JOBS_ADDRESS")
    """Any services: all of them answer for jobs and files. Best a list, so that one of them may be down."""
    heartbeat_s: Positive = field(default=15.0, name="REELWRIGHT_HEARTBEAT_S")
    """Seconds of silence after which an event stream carries a comment."""
    upload_limit_bytes: Annotated[int, Meta(ge=1)] = field(
        default=512 * 1024 * 1024, name="REELWRIGHT_UPLOAD_LIMIT_BYTES"
    )
    """Largest file that is accepted."""
    log_level: str = field(default="info", name="REELWRIGHT_LOG_LEVEL")
    """debug, info, warning or error."""
    drain_s: Positive = field(default=20.0, name="REELWRIGHT_DRAIN_S")
    """Seconds that requests in flight get to finish on shutdown; event streams end at once, to be resumed elsewhere."""

    def __post_init__(self) -> None:
        require_auth(self.auth, self.listen)
        addresses = self.services() | {"jobs": self.jobs_address}
        for name, address in addresses.items():
            if address == IN_PROCESS and name != "llm":
                raise ValueError(f"REELWRIGHT_{name.upper()}_ADDRESS: only the llm service can run in-process")

    @property
    def processes(self) -> int:
        """How many processes serve."""
        most = MOST_WITH_DATABASE if self.llm_address == IN_PROCESS else MOST_WORKERS
        return self.workers or min(usable(), most)

    def services(self) -> dict[str, str]:
        """Address of each service by its name."""
        return {
            "llm": self.llm_address,
            "image": self.image_address,
            "video": self.video_address,
            "audio": self.audio_address,
            "story": self.story_address,
        }
