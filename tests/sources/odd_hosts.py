"""Spellings of addresses and URLs that have opened inner networks before, made by rule."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

_INNER = ("127.0.0.1", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.0.1", "172.16.0.1")  # noqa: S104
# Unicode blocks of digits that NFKC turns into ASCII ones, by their zero
_ZEROS = {"full width": 0xFF10, "mathematical": 0x1D7CE, "arabic": 0x0660, "subscript": 0x2080}
_DOTS = ("\u3002", "\uff0e", "\uff61", "%2e")


def odd_hosts() -> list[str]:
    """Give what may stand between `http://` and the next slash."""
    return list(dict.fromkeys([*_addresses(), *_disguises(), *_names()]))


def _addresses() -> Iterator[str]:
    for text in _INNER:
        number = int(IPv4Address(text))
        octets = [int(octet) for octet in text.split(".")]
        yield text
        yield f"{text}."
        yield str(number)
        yield f"{number:#x}"
        yield f"0{number:o}"
        yield f"{number:#o}"
        yield str(number + 2**32)
        yield ".".join(f"{octet:#x}" for octet in octets)
        yield ".".join(f"0{octet:o}" for octet in octets)
        yield ".".join(f"{octet:08o}" for octet in octets)
        yield f"{octets[0]}.{number & 0xFFFFFF}"
        yield f"{octets[0]}.{octets[1]}.{number & 0xFFFF}"
        yield f"{octets[0]:#x}.{octets[1]}.0{octets[2]:o}.{octets[3]}"
        yield f"[::{text}]"
        yield f"[::ffff:{text}]"
        yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
        yield f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]"
        yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
        yield f"[0:0:0:0:0:ffff:{number >> 16:x}:{number & 0xFFFF:x}]"


def _disguises() -> Iterator[str]:
    for text in _INNER[:3]:
        for zero in _ZEROS.values():
            yield text.translate({ord("0") + digit: chr(zero + digit) for digit in range(10)})
        for dot in _DOTS:
            yield text.replace(".", dot)
        for good in ("rdap.nic.example", "rdap.nic.example:443"):
            yield f"{good}@{text}"
            yield f"{text}@{good}"
            yield f"{good}#@{text}"
            yield f"{good}\\@{text}"
            yield f"{good}%40{text}"
            yield f"{good} {text}"
            yield f"{good}\t@{text}"
            yield f"{good}\n{text}"
            yield f"{good}\x00.{text}"


def _names() -> Iterator[str]:
    yield from _NAMES.split()
    yield from ("", "\u24dbocalhost", "\uff52dap.example", "rdap.ex\u00e4mple", "a.b:\u0668\u0660")


_NAMES = f"""
    . .. - localhost LOCALHOST localhost. nic rdap.nic.example. rdap..example {"a" * 64}.de
    [::1] [::] [::1%lo] [fe80::1] [fc00::1] [ff02::1] [v1.a] [] [2600::1]
    [2600::1 2600::1] ::1 [[::1]] [1.2.3.4] 8.8.8.8 1.2.3 a.1 a.0x1
    -rdap.example rdap-.example a_b.example *.example %72dap.example
    a.b:0 a.b:65536 a.b:1e3 a.b: a.b:80:80 a.b:+80 a.b:-1
"""
