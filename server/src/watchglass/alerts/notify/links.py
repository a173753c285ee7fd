"""Links into the screens: made of the address that the settings name and of ids, never of words of users or models."""

from urllib.parse import quote


class Links:
    """The address under which people reach the screens."""

    def __init__(self, public_url: str) -> None:
        """Take the setting `public_url`; without one (empty) there are no links."""
        self._base = public_url.rstrip("/")

    def incident(self, incident_id: str) -> str:
        """The page of an incident; empty where there is none."""
        return self._page("incidents", incident_id)

    def trace(self, trace_id: str) -> str:
        """The page of a trace; empty where there is none."""
        return self._page("traces", trace_id)

    @property
    def home(self) -> str:
        """The first page; empty where there is none."""
        return f"{self._base}/" if self._base else ""

    def _page(self, page: str, id_: str) -> str:
        return f"{self._base}/{page}/{quote(id_, safe='')}" if self._base and id_ else ""
