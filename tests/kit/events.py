"""A real Socket.IO server on loopback that answers each event with an event of the same name."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[Any], Any]
"""What is answered to an event's data; None for no answer at all."""


class Events:
    """A server of events, each with its handler, which may be replaced while it is at work."""

    def __init__(self, handlers: Mapping[str, Handler], tls: Any = None) -> None:
        import socketio  # type: ignore[import-untyped]
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
                """Nothing is printed."""

        self.handlers = dict(handlers)
        self.seen: list[tuple[str, Any]] = []
        silent = logging.getLogger("tests.events")
        silent.setLevel(logging.CRITICAL + 1)
        self._sio = socketio.Server(async_mode="threading", logger=silent, engineio_logger=silent, ping_interval=60)
        for event in handlers:
            self._sio.on(event, self._answering(event))
        application = socketio.WSGIApp(self._sio)
        self._server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet, ssl_context=tls)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """Everybody is disconnected."""
        for sid in list(self._sio.manager.rooms.get("/", {}).get(None, {})):
            self._sio.disconnect(sid)

    def close(self) -> None:
        """Nobody listens any more."""
        self.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._sio.shutdown()
        self._thread.join()

    def _answering(self, event: str) -> Callable[[str, Any], None]:
        def answer(sid: str, data: Any = None) -> None:
            self.seen.append((event, data))
            found = self.handlers[event](data)
            if found is not None:
                self._sio.emit(event, found, to=sid)

        return answer
