"""A stand-in for a ClickHouse server: its HTTP interface over chDB, in a process of its own.

It speaks what clickhouse-connect speaks: the statement in the body, in `query` or in a form, `param_*` placeholders,
settings and `database` as URL parameters, FORMAT and default_format, data after an INSERT, compressed bodies both ways,
basic authentication, errors with X-ClickHouse-Exception-Code, and /ping. It has no sessions, no users but one, no
replicas and no ON CLUSTER: those have only ever been written, not run.

Run as `python clickhouse_server.py --path DIR [--port N] [--user U --password P]`; it prints the port it listens on and
ends when its standard input closes, so that it never outlives the tests that started it.
"""

import argparse
import base64
import email
import email.policy
import gzip
import json
import os
import queue
import re
import sys
import tempfile
import threading
import uuid
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import lz4.frame
import zstandard
from chdb import ChdbError
from chdb.state.sqlitelike import Connection, connect

CONNECTIONS = 8
TRANSPORT = {
    "query", "database", "default_format", "user", "password", "query_id", "quota_key", "role", "session_id",
    "session_timeout", "session_check", "wait_end_of_query", "buffer_size", "compress", "decompress",
    "client_protocol_version", "enable_http_compression", "send_progress_in_http_headers",
    "http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close",
}  # fmt: skip
"""URL parameters that are about HTTP; every other one is a setting."""

STATUS_OF = {516: 403, 497: 403, 60: 404, 81: 404, 62: 400, 36: 400, 115: 400, 47: 400, 46: 400, 159: 408}
"""HTTP status of some error codes; the rest answer 500."""

DECODERS = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "lz4": lz4.frame.decompress,
}
ENCODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "lz4": lz4.frame.compress,
}

INSERT_WITH_DATA = re.compile(rb"^\s*(INSERT\s+INTO\s.+?)\sFORMAT\s+(\w+)[ \t]*(?:\r?\n|$)", re.IGNORECASE | re.DOTALL)


class Refused(Exception):
    """An error that the server itself makes."""


class Engine:
    """chDB connections, each lent to one request at a time."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.idle: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for _ in range(CONNECTIONS):
            self.idle.put(connect(path))

    def run(self, statement: bytes, database: str, settings: dict[str, str], params: dict[str, str], fmt: str) -> bytes:
        """Run one statement as an HTTP request would: the settings hold for it alone."""
        connection = self.idle.get()
        try:
            connection.query(f"USE {_name(database)}", "CSV")
            # a server applies them at once; here readonly comes last, as nothing can be set after it
            for key, value in sorted(settings.items(), key=lambda item: item[0] == "readonly"):
                connection.query(f"SET {_name(key)} = '{_quoted(value)}'", "CSV")
            data = _run(connection, statement, params, fmt)
            if "readonly" in settings:  # nor can it be taken back
                connection.close()
                connection = connect(self.path)
            else:
                for key in settings:
                    connection.query(f"SET {key} = DEFAULT", "CSV")
        except BaseException:
            # a connection on which a statement failed answers the next one with nothing
            failed, connection = connection, connect(self.path)
            failed.close()
            raise
        finally:
            self.idle.put(connection)
        return data


def _run(connection: Connection, statement: bytes, params: dict[str, str], fmt: str) -> bytes:
    insert = INSERT_WITH_DATA.match(statement)
    if insert is None:
        return bytes(connection.query(statement.decode(), fmt, params=params or None).bytes())
    # not chDB's send_insert: it says "done" when a view failed or the disk is full
    with tempfile.NamedTemporaryFile() as file:
        file.write(statement[insert.end() :])
        file.flush()
        head, settings, _ = re.split(r"(\sSETTINGS\s.*)?$", insert.group(1).decode(), maxsplit=1, flags=re.DOTALL)
        source = f"{head} FROM INFILE '{file.name}'{settings or ''} FORMAT {insert.group(2).decode()}"
        connection.query(source, "CSV", params=params or None)
    return b""


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _name(text: str) -> str:
    if not re.fullmatch(r"\w+", text):
        raise Refused(f"Code: 62. DB::Exception: Syntax error: {text!r} is not an identifier. (SYNTAX_ERROR)")
    return text


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    engine: Engine
    credentials: tuple[str, str]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the output carries the port only."""

    def do_GET(self) -> None:
        """Answer /ping, or run a statement that may not write."""
        self._answer(readonly=True)

    def do_POST(self) -> None:
        """Run a statement."""
        self._answer(readonly=False)

    def _answer(self, *, readonly: bool) -> None:
        address = urlsplit(self.path)
        body = self._body()
        if address.path == "/ping":
            self._send(200, b"Ok.\n", {})
            return
        arguments = dict(parse_qsl(address.query, keep_blank_values=True))
        try:
            self._check_user(arguments)
            body = self._take_form(body, arguments)
            data = self._run(body, arguments, readonly=readonly)
        except (RuntimeError, ChdbError, Refused) as error:
            self._send_error(str(error))
            return
        headers = {"X-ClickHouse-Query-Id": arguments.get("query_id", str(uuid.uuid4()))}
        headers["X-ClickHouse-Summary"] = json.dumps({"read_rows": "0", "written_rows": "0"})
        headers["X-ClickHouse-Timezone"] = arguments.get("session_timezone", "UTC")
        if data:
            headers["X-ClickHouse-Format"] = arguments.get("default_format", "TabSeparated")
        if arguments.get("enable_http_compression") == "1":
            offered = [part.split(";")[0].strip() for part in self.headers.get("Accept-Encoding", "").split(",")]
            chosen = next((encoding for encoding in offered if encoding in ENCODERS), None)
            if chosen:
                data = ENCODERS[chosen](data)
                headers["Content-Encoding"] = chosen
        self._send(200, data, headers)

    def _run(self, body: bytes, arguments: dict[str, str], *, readonly: bool) -> bytes:
        query = arguments.get("query", "").encode()
        statement = query + b"\n" + body if query else body
        settings = {
            key: value for key, value in arguments.items() if key not in TRANSPORT and not key.startswith("param_")
        }
        if readonly:
            settings["readonly"] = "2"
        params = {key.removeprefix("param_"): value for key, value in arguments.items() if key.startswith("param_")}
        database = arguments.get("database") or "default"
        return self.engine.run(statement, database, settings, params, arguments.get("default_format", "TabSeparated"))

    def _check_user(self, arguments: dict[str, str]) -> None:
        given = (arguments.get("user", "default"), arguments.get("password", ""))
        authorization = self.headers.get("Authorization", "")
        if authorization.startswith("Basic "):
            user, _, password = base64.b64decode(authorization[6:]).decode().partition(":")
            given = (user, password)
        if given != self.credentials:
            raise Refused(
                f"Code: 516. DB::Exception: {given[0]}: Authentication failed: password is incorrect, or there is no "
                "user with such name. (AUTHENTICATION_FAILED)"
            )

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(chunks)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        decode = DECODERS.get(self.headers.get("Content-Encoding", ""))
        return decode(body) if decode else body

    def _take_form(self, body: bytes, arguments: dict[str, str]) -> bytes:
        """Move the fields of a multipart form into the arguments."""
        content_type = self.headers.get("Content-Type", "")
        if not content_type.startswith("multipart/form-data"):
            return body
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        for part in form.iter_parts():  # type: ignore[attr-defined]
            content = part.get_payload(decode=True)
            arguments[part.get_param("name", header="content-disposition")] = content.decode()
        return b""

    def _send_error(self, message: str) -> None:
        match = re.search(r"Code: (\d+)", message)
        code = int(match.group(1)) if match else 1002
        body = f"{message} (version 26.9.2.1)\n".encode()
        self._send(STATUS_OF.get(code, 500), body, {"X-ClickHouse-Exception-Code": str(code)})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("X-ClickHouse-Server-Display-Name", "double")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Threads end with the process; a queue long enough for a burst of connections."""

    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", default="default")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    Handler.engine = Engine(options.path)
    Handler.credentials = (options.user, options.password)
    server = Server(("127.0.0.1", options.port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()
    # what was answered is on disk; chDB with open connections may wait for itself for ever when the interpreter ends
    os._exit(0)


if __name__ == "__main__":
    main()
