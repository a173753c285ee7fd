"""One session: its traces in the order in which they happened."""

from watchglass.errors import NotFound
from watchglass.query.reader import Reader
from watchglass.query.summaries import TraceSummary, summarise

MAX_TRACES = 1000
"""Most traces of a session that are shown, the earliest."""


def find_session(reader: Reader, project_id: str, session_id: str) -> tuple[list[TraceSummary], bool]:
    """Return the traces of which a span says the session, the first first, and whether there are more.

    Raises:
        NotFound: No span of the project says that session.
        TooExpensive: It went over the limits.
        StoreError: The store failed.
    """
    rows = reader.query(
        "SELECT trace_id FROM spans WHERE project_id = {project_id:String} AND session_id = {session_id:String} "
        f"AND session_id != '' GROUP BY trace_id ORDER BY min(start_time), trace_id LIMIT {MAX_TRACES + 1}",
        {"project_id": project_id, "session_id": session_id},
    )
    trace_ids = [str(trace_id) for trace_id in rows.column("trace_id").to_pylist()]
    if not trace_ids:
        raise NotFound(f"there is no session {session_id[:200]!r} in this project")
    summaries = summarise(reader, project_id, trace_ids[:MAX_TRACES])
    in_order = sorted(summaries.values(), key=lambda summary: (summary.start_ns, summary.trace_id))
    return in_order, len(trace_ids) > MAX_TRACES
