"""Slack, Teams, PagerDuty, Opsgenie, e-mail, Telegram and some hundred more, by the library apprise.

It is loaded (0.5 s and 22 MB) only when the file has such a target, and then at start, so that an address that it cannot
read stops the server with the field's name and not the first alarm.
"""

from typing import Any

from watchglass.alerts.notify.chart import draw
from watchglass.alerts.notify.formats import FormatName
from watchglass.alerts.notify.links import Links
from watchglass.alerts.notify.message import Message, MessageKind
from watchglass.alerts.notify.target import Kind, Telling
from watchglass.alerts.notify.template import Wording, read_wording
from watchglass.outgoing.options import Options
from watchglass.outgoing.sending import Answer, Fate, Sender

FORMAT_NAMES: tuple[FormatName, ...] = ("text", "markdown", "html")
TIMEOUT_S = 60.0
"""Longest try: shorter than the lease, so that no other server tries at the same time."""


class Apprise:
    """See target.Target."""

    stands_s = None

    def __init__(self, url: str, format_name: str | None, wording: Wording, *, has_charts: bool) -> None:
        """Tell `url`, an address as apprise has it; in its own format where `format_name` is None.

        Raises:
            ValueError: Apprise cannot read the address.
        """
        import apprise  # noqa: PLC0415  loaded when wanted: see above

        # a redirect would carry the key elsewhere; nothing is kept on disk; one service, so no pool of threads; and no
        # icons, which are addresses at GitHub that everybody who reads the message would ask
        asset = apprise.AppriseAsset(
            app_id="Watchglass", app_desc="Watchglass", app_url="", image_url_mask="", image_url_logo="", async_mode=False, http_redirects=False,
            storage_mode=apprise.PersistentStoreMode.MEMORY, interpret_escapes=False, interpret_emojis=False,
        )  # fmt: skip
        service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if service is None:
            raise ValueError("apprise cannot read the address")
        self._apprise: Any = apprise
        self._service: Any = service
        self._incident_key = _incident_key(service, url)
        self._all = apprise.Apprise(asset=asset)
        self._all.add(service)
        self._wording = wording
        self._format: FormatName = _format_of(service, format_name)
        self._has_charts = has_charts and bool(service.attachment_support)
        self.place = str(service.service_name)

    def tell(self, telling: Telling, sender: Sender) -> Answer:
        """Send it, with the chart where the service takes pictures."""
        message = telling.message
        title, body = self._wording.write(message, self._format)
        if self._incident_key:
            setattr(self._service, self._incident_key, message.incident_id or telling.id)
        try:
            result = self._all.notify(
                body=body, title=title, notify_type=self._type(message), body_format=self._format,
                attach=self._chart(message), timeout=TIMEOUT_S,
            )  # fmt: skip
        except Exception as error:  # a plugin's bug must not end the thread, and its words may hold the key
            return Answer(Fate.AGAIN, sender.shown(f"{type(error).__name__}: {error}"))
        if result:
            return Answer(Fate.TAKEN)
        said = "; ".join(entry.message for entry in result.logs()) or "the service did not take it"
        return Answer(Fate.AGAIN, sender.shown(said))

    def _type(self, message: Message) -> Any:
        types = self._apprise.NotifyType
        if message.kind is MessageKind.RESOLVED:
            return types.SUCCESS
        if message.kind is MessageKind.TEST:
            return types.INFO
        return {"critical": types.FAILURE, "warning": types.WARNING, "info": types.INFO}[message.severity]

    def _chart(self, message: Message) -> Any:
        drawn = draw(message.chart, message.unit, message.measure or message.rule_name) if self._has_charts and message.chart else None
        if drawn is None:
            return None
        from apprise.attachment.memory import AttachMemory  # noqa: PLC0415  loaded when wanted: see above

        return AttachMemory(content=drawn, name="chart.png", mimetype="image/png")  # type: ignore[no-untyped-call]


def _incident_key(service: Any, url: str) -> str:
    """Name of the attribute by which a pager knows messages of one incident; empty where there is none, or it is set in the URL.

    Apprise takes it from the address alone, where it would make one incident of all. PagerDuty moreover begins an incident
    with every message, that it is over too, unless the address says `action=map`; here that is what happens unless the
    address says otherwise.
    """
    kind = str(service.secure_protocol)
    if kind == "pagerduty" and "action=" not in url:
        service.action = "map"
    name = {"pagerduty": "dedup", "opsgenie": "alias"}.get(kind, "")
    return name if name and getattr(service, name, "") is None else ""


def _format_of(service: Any, asked: str | None) -> FormatName:
    """The format asked for where the service has it, else the first it names, and Markdown before plain text in chats."""
    its = service.notify_format if isinstance(service.notify_format, tuple | list) else (service.notify_format,)
    names = [str(getattr(it, "value", it)) for it in its]
    if asked in names:
        chosen = asked
    elif names[:2] == ["text", "markdown"]:
        chosen = "markdown"
    else:
        chosen = names[0]
    return next(name for name in FORMAT_NAMES if name == chosen)


def _build(options: Options, links: Links) -> Apprise:
    if options.take("url") is not None:
        raise options.invalid("url", "apprise's addresses hold keys; name where it is with url_env or url_file")
    url = options.secret("url", is_needed=True) or ""
    format_name = options.take("format")
    if format_name is not None and format_name not in FORMAT_NAMES:
        raise options.invalid("format", f"must be one of {', '.join(FORMAT_NAMES)}")
    has_charts = not options.flag("without_chart")
    wording = read_wording(options, links)
    try:
        return Apprise(url, format_name, wording, has_charts=has_charts)
    except ValueError:
        raise options.invalid("url_env", "apprise cannot read the address that it names") from None


KIND = Kind("apprise", _build)
