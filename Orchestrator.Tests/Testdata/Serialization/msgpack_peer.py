"""Another implementation of MessagePack, for comparison.

describe: MessagePack on stdin, JSON on stdout.  pack: JSON on stdin, MessagePack on stdout.
JSON has no timestamps, binary data and ordered maps: they are {"timestamp": [seconds, nanoseconds]},
{"hex": "..."} and {"map": [[key, value], ...]}.
"""
import json
import sys

try:
    import msgpack
except ImportError:
    sys.exit("python's msgpack is missing: install it with  apt-get install python3-msgpack")


def describe(value):
    if isinstance(value, list):
        return [describe(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[describe(key), describe(item)] for key, item in value.items()]}
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, msgpack.Timestamp):
        return {"timestamp": [value.seconds, value.nanoseconds]}
    return value


def build(value):
    if isinstance(value, list):
        return [build(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "map":
        return {key: build(item) for key, item in content}
    if kind == "hex":
        return bytes.fromhex(content)
    return msgpack.Timestamp(*content)


if sys.argv[1] == "describe":
    json.dump(describe(msgpack.unpackb(sys.stdin.buffer.read())), sys.stdout)
else:
    sys.stdout.buffer.write(msgpack.packb(build(json.load(sys.stdin))))
