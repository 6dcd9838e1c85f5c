"""An editor that speaks to yaml-language-server: opens documents, and asks what stands or may stand in a place."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SETTINGS = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}
CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["markdown"]},
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
    },
    "workspace": {"configuration": True},
}


class Editor:
    """One folder, open in an editor."""

    def __init__(self, folder: Path) -> None:
        command = ["yaml-language-server", "--stdio"]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._folder, self._asked, self._told = folder, 0, list[Mapping[str, Any]]()
        start = {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": CAPABILITIES}
        self._ask("initialize", start)
        self._send({"method": "initialized", "params": {}})

    def open(self, name: str, text: str) -> list[tuple[int, str]]:
        """The document is open; the answer is what is marked in it, with the line (from 0)."""
        uri = (self._folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        told = self._until(lambda message: message.get("params", {}).get("uri") == uri)
        return sorted((mark["range"]["start"]["line"], mark["message"]) for mark in told["params"]["diagnostics"])

    def hover(self, name: str, line: int, column: int) -> str:
        """What is said of the place."""
        found = self._ask("textDocument/hover", self._place(name, line, column))
        return str(found["contents"]["value"]) if found else ""

    def complete(self, name: str, line: int, column: int) -> list[str]:
        """What may stand there."""
        return [
            item["label"] for item in self._ask("textDocument/completion", self._place(name, line, column))["items"]
        ]

    def close(self) -> None:
        """The server is gone."""
        self._server.kill()
        self._server.communicate()

    def _place(self, name: str, line: int, column: int) -> dict[str, Any]:
        uri = (self._folder / name).as_uri()
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}

    def _ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        number = self._asked
        self._send({"id": number, "method": method, "params": params})
        return self._until(lambda message: message.get("id") == number and "method" not in message)["result"]

    def _until(self, is_meant: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        while not (found := next(filter(is_meant, self._told), None)):
            message = self._read()
            if message.get("method") == "workspace/configuration":
                asked = [item.get("section") for item in message["params"]["items"]]
                self._send({"id": message["id"], "result": [SETTINGS if name == "yaml" else None for name in asked]})
            elif "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            else:
                self._told.append(message)
        self._told.remove(found)
        return found

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._server.stdin
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._server.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._server.stdout
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self._server.stdout.read(1)
            assert byte, "yaml-language-server has ended"
            head += byte
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        return dict(json.loads(self._server.stdout.read(size)))
