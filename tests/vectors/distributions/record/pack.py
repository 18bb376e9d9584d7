"""Packs what was recorded: one file for each original, in JSON, its facts compressed: see README.md."""

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path

FOLDER, TARGET = Path(sys.argv[1]), Path(sys.argv[2])


def packed(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(text, 9)).decode()


def write(name, value):
    (TARGET / name).write_text(json.dumps(value, indent=1) + "\n")


keys = (FOLDER / "keys.txt").read_text(encoding="utf-8").split("\n")[:-1]
lists = json.loads((FOLDER / "lists.json").read_text())
write("asked.json", {"packed": packed({
    "keys": keys,
    "lists": [[[server["host"], server["port"], server["weight"]] for server in servers] for servers in lists],
})})
for path in sorted(FOLDER.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    by = {line.pop("by") for line in lines}
    assert len(by) == 1 and lines, path
    assert all(len(line["owners"]) == len(keys) for line in lines), path
    digest = hashlib.sha256("\n".join(line["owners"] for line in lines).encode()).hexdigest()
    write(f"{path.stem}.json", {
        "recordedFrom": by.pop(), "facts": len(lines) * len(keys), "sha256": digest, "packed": packed(lines)})
