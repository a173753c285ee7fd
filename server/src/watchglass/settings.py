"""Every setting, with its unit and default; the only reader of WATCHGLASS_* variables and of the settings file."""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

EDGE: dict[str, int] = {
    "store_cache_bytes": 16 * 2**20,
    "ingest_max_request_bytes": 10 * 2**20,
    "ingest_max_waiting_bytes": 32 * 2**20,
    "ingest_group_bytes": 4 * 2**20,
    "ingest_dedup_entries": 20_000,
    "query_max_memory_bytes": 256 * 2**20,
    "query_max_rows": 10_000,
}
"""What the profile `edge` sets where nothing else does."""


class _ProfileSource(PydanticBaseSettingsSource):
    """The defaults of the profile that the sources before this one name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002  the base names it
        """See PydanticBaseSettingsSource.get_field_value."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values."""
        return dict(EDGE) if self.current_state.get("profile") == "edge" else {}


class Settings(BaseSettings):
    """All settings.

    Each is the variable WATCHGLASS_<NAME>, or a line `name = value` in the TOML file that WATCHGLASS_CONFIG_FILE names;
    variables win.
    """

    model_config = SettingsConfigDict(env_prefix="WATCHGLASS_", extra="forbid")

    profile: Literal["standard", "edge"] = Field("standard", description="`edge` has smaller defaults for a device with little memory: see [Operations](operations.md)")
    host: str = Field("127.0.0.1", description="Address to listen on; anything but loopback needs API keys")
    port: int = Field(4318, ge=0, le=65535, description="Port of OTLP over HTTP, the API and the screens")
    grpc_port: int = Field(4317, ge=-1, le=65535, description="Port of OTLP over gRPC; -1 turns gRPC off")
    data_dir: Path = Field(Path("~/.watchglass"), description="Folder of the embedded store and the control database")

    store: Literal["embedded", "cluster"] = Field("embedded", description="Where rows are kept: chDB in the process, or a ClickHouse server")
    store_cache_bytes: int = Field(5 * 2**30, ge=2**20, description="Most memory for the index marks that the embedded store keeps, in bytes")
    clickhouse_url: str = Field("http://127.0.0.1:8123", description="ClickHouse's HTTP address, with store = cluster")
    clickhouse_user: str = Field("default", description="ClickHouse user")
    clickhouse_password: SecretStr = Field(SecretStr(""), description="ClickHouse password")
    clickhouse_password_file: Path | None = Field(None, description="File that holds the ClickHouse password; wins over the variable")
    clickhouse_cluster: str = Field("", description="Cluster name for ON CLUSTER and replicated tables; empty for one server")
    database: str = Field("watchglass", pattern=r"^[a-z_][a-z0-9_]{0,62}$", description="ClickHouse database")
    control_url: SecretStr = Field(SecretStr(""), description="SQLAlchemy address of the control database, which may hold a password; empty for SQLite in data_dir")

    ingest_max_request_bytes: int = Field(20 * 2**20, ge=1024, description="Largest export after decompression, in bytes")
    ingest_max_waiting_bytes: int = Field(256 * 2**20, ge=2**20, description="Exports waiting to be committed, in bytes over all signals; beyond it clients are told to retry")
    ingest_group_bytes: int = Field(48 * 2**20, ge=2**16, description="Largest group that is committed at once, in bytes")
    ingest_read_timeout_s: float = Field(30.0, gt=0, description="Time a client may take to send one request, in seconds")
    ingest_commit_timeout_s: float = Field(30.0, gt=0, description="Time an export may wait for its commit before the client is told to retry, in seconds")
    ingest_future_tolerance_s: float = Field(3600.0, ge=0, description="Rows further in the future than this are marked future_time, in seconds")
    ingest_dedup_window_s: float = Field(1800.0, ge=0, description="How long an identical export is recognised as a resend, in seconds")
    ingest_dedup_entries: int = Field(200_000, ge=1, description="Exports remembered per signal to recognise a resend")

    scrape_file: Path | None = Field(None, description="File in Prometheus's own format that says what to scrape, followed as it changes; in a cluster set it on one server alone")
    scrape_project: str = Field("default", description="Project that scraped metrics belong to")
    scrape_max_body_bytes: int = Field(32 * 2**20, ge=1024, description="Largest answer of a scraped target after decompression, in bytes")

    retention_spans_days: int = Field(90, ge=0, le=18_250, description="Days that spans are kept after their arrival; 0 keeps them for ever")
    retention_logs_days: int = Field(30, ge=0, le=18_250, description="Days that logs are kept after their arrival; 0 keeps them for ever")
    retention_metric_points_days: int = Field(30, ge=0, le=18_250, description="Days that metric points are kept after their arrival; 0 keeps them for ever")
    retention_scores_days: int = Field(730, ge=0, le=18_250, description="Days that scores are kept after their arrival; 0 keeps them for ever")
    retention_readings_days: int = Field(90, ge=0, le=18_250, description="Days that the readings of rules are kept, from which bands and states are drawn; 0 keeps them for ever")
    retention_usage_minute_days: int = Field(30, ge=0, le=18_250, description="Days that usage by the minute is kept, by the spans' start; 0 keeps it for ever")
    retention_usage_hour_days: int = Field(730, ge=0, le=18_250, description="Days that usage by the hour is kept, by the spans' start; 0 keeps it for ever")

    query_max_time_s: float = Field(30.0, gt=0, description="Time limit of one query, in seconds")
    query_max_memory_bytes: int = Field(2 * 2**30, ge=2**20, description="Memory limit of one query, in bytes")
    query_max_rows: int = Field(100_000, ge=1, description="Most rows that POST /api/v1/sql returns")

    outlets_file: Path | None = Field(None, description="YAML file of the outlets, to which rows are delivered: see [Outlets](outlets.md)")

    notify_file: Path | None = Field(None, description="YAML file of the targets of notifications: see [Notifications](notifications.md)")
    notify_log_days: int = Field(30, ge=1, le=3650, description="Days that the log of notifications is kept; at most 20,000 of them are")
    public_url: str = Field("", pattern=r"^(https?://[^\s\"'<>()\\?#]+)?$", description="Address under which people reach the screens, for links in notifications; without one there are none")
    rules_file: Path | None = Field(None, description="YAML file of alert rules, or a folder of such files, followed as they change: see [Alerts](alerts.md)")
    default_rules: bool = Field(True, description="Whether the few alert rules that come with Watchglass are evaluated")
    rule_max_time_s: float = Field(5.0, gt=0, description="Time limit of one statement of an alert rule, in seconds; a rule that goes over it is failing, which is an alert itself")

    rule_recheck_s: float = Field(120.0, ge=0, le=3600, description="How long after an alert rule was evaluated the same moment is read again, for data that came late, in seconds; 0 for never")

    live_max_clients: int = Field(200, ge=1, le=1000, description="Most open tabs that follow live changes at once; one more is told to ask now and then")

    metrics_max_label_sets: int = Field(1_000, ge=1, le=100_000, description="Most combinations of service, release, provider, operation and model that /metrics keeps apart; calls of others are counted together")

    require_keys: bool = Field(False, description="Ask for an API key on loopback too")
    log_format: Literal["text", "json"] = Field("text", description="Form of the server's own log")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level of the server's own log")
    drain_timeout_s: float = Field(20.0, gt=0, description="Longest wait for accepted exports to be committed at shutdown, in seconds")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: arguments, variables, the file that WATCHGLASS_CONFIG_FILE names, the profile that these name."""
        del dotenv_settings, file_secret_settings
        profile = _ProfileSource(settings_cls)
        config_file = os.environ.get("WATCHGLASS_CONFIG_FILE")
        if config_file is None:
            return init_settings, env_settings, profile
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(config_file)), profile

    @property
    def data_path(self) -> Path:
        """The data folder with `~` expanded."""
        return self.data_dir.expanduser()

    @property
    def is_loopback(self) -> bool:
        """Whether the server listens to this machine alone."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def needs_keys(self) -> bool:
        """Whether requests must carry an API key."""
        return self.require_keys or not self.is_loopback

    def clickhouse_secret(self) -> str:
        """Return the ClickHouse password, from its file where one is named.

        Raises:
            OSError: The file cannot be read.
        """
        if self.clickhouse_password_file is not None:
            return self.clickhouse_password_file.read_text("utf-8").strip()
        return self.clickhouse_password.get_secret_value()


def variable(name: str) -> str | None:
    """Return a variable of the environment that other configuration names, None when it is not set."""
    return os.environ.get(name)


def child_environment(added: Mapping[str, str], without: tuple[str, ...]) -> dict[str, str]:
    """Return the environment for a process that is started: this one's, less some variables, with others added.

    Args:
        added: Variables to set.
        without: Prefixes of the names that are left out.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    return {**kept, **added}
