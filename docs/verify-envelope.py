#!/usr/bin/env python3
"""Recomputes the hashes of exported AgentFlow messages, with nothing but Python's standard library.

    verify-envelope.py messages.jsonl        or        verify-envelope.py < messages.jsonl

Reads a JSON array of messages, or one message per line. Each has the keys of the envelope contract, and `envelope_hash`;
other keys (feedback, say) are not part of what was hashed and are ignored. But a message is bad if whoever exported it says so
with `fault`, and if a number of it has digits that no double keeps: they are not hashed, so nobody can vouch for them.

Exit code: 0 all hashes are right, 1 some are not (one line each: id and reason), 2 the input cannot be read.

This program shares no code with AgentFlow. It follows RFC 8785 (JSON Canonicalization Scheme):
no blanks; keys sorted by UTF-16 code units (section 3.2.3); numbers as ECMAScript prints them (section 3.2.2.3).
"""

import datetime
import hashlib
import json
import re
import sys

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HEX_64 = re.compile(r"[0-9a-f]{64}\Z")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))\Z", re.ASCII
)


class Bad(Exception):
    """A message that has no canonical form, and why."""


# --- Reading -----------------------------------------------------------------------------------------------------------


def object_without_duplicates(pairs):
    """json.loads would keep the last of two equal keys without a word."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key occurs twice")
    return members


def refuse_constant(name):
    raise ValueError(name + " is not JSON")


class Decimal(float):
    """A number with a point or an exponent, and the digits it was written with."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def read_json(text):
    return json.loads(
        text, object_pairs_hook=object_without_duplicates, parse_constant=refuse_constant, parse_float=Decimal
    )


def messages(text):
    """The messages of an array, or of lines."""
    if text.lstrip().startswith("["):
        yield from read_json(text)
        return
    for line in text.split("\n"):
        if line.strip():
            yield read_json(line)


# --- Canonical JSON (RFC 8785) -----------------------------------------------------------------------------------------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical_text(text):
    characters = []
    for character in text:
        if character == "\0":
            raise Bad("U+0000 cannot be stored")
        if character in ESCAPES:
            characters.append(ESCAPES[character])
        elif character < " ":
            characters.append("\\u%04x" % ord(character))
        else:
            characters.append(character)
    return '"' + "".join(characters) + '"'


def canonical_double(double):
    """Number::toString of ECMAScript. repr gives the same shortest digits, but sets the point and the exponent by rules
    of its own, so only its digits are used."""
    if double == 0:
        return "0"  # minus zero as well
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.digits × 10^point.
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = digits[:point] + "." + digits[point:]
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        power = point - 1
        text = digits[0] + ("." + digits[1:] if count > 1 else "") + "e" + ("+" if power > 0 else "-") + str(abs(power))
    return sign + text


def canonical_integer(integer):
    """Every number is a double. An integer is one if a double holds it, or is printed with its digits."""
    try:
        double = float(integer)
    except OverflowError:
        raise Bad("an integer beyond the largest double") from None
    text = canonical_double(double)
    # Fraction digits and exponents do not matter here: the printed number is compared as a number.
    if int(double) != integer and exact(text) != integer:
        raise Bad("%d is an integer that a double cannot hold exactly" % integer)
    return text


def exact(text):
    """The integer that a canonical number of at least 2^53 says."""
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    return int(whole + fraction) * 10 ** (int(exponent or 0) - len(fraction))


def significant(text):
    """The digits that count: without sign, point, exponent, and the zeros at both ends."""
    return re.sub(r"[eE].*|[^0-9]", "", text).strip("0")


def canonical_decimal(decimal):
    if decimal in (float("inf"), float("-inf")):
        raise Bad("a number beyond the largest double")
    text = canonical_double(decimal)
    # Where two decimals are equally near to a double, others may write the other one; longer ones say more than is hashed.
    # A double without a fraction may also be written with all digits it has.
    written, hashed = significant(decimal.text), significant(text)
    whole = "%d" % decimal if decimal == int(decimal) else ""
    if len(written) > len(hashed) and written != significant(whole):
        raise Bad("the number %s has digits that are not hashed" % decimal.text[:40])
    return text


def canonical(value):
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return canonical_integer(value)
    if isinstance(value, float):
        return canonical_decimal(value)
    if isinstance(value, str):
        return canonical_text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(canonical_text(key) + ":" + canonical(value[key]) for key in keys) + "}"


# --- The envelope ------------------------------------------------------------------------------------------------------


def ulid(text):
    """The contract's form of an id: a ULID. A UUID of the same 128 bits is accepted."""
    if isinstance(text, str) and ULID.match(text):
        return text
    if not (isinstance(text, str) and UUID.match(text)):
        raise Bad("the id is neither a ULID nor a UUID")
    bits = int(text.replace("-", ""), 16)
    return "".join(CROCKFORD[bits >> shift & 31] for shift in range(125, -1, -5))


def utc(text):
    """The time in UTC, cut to microseconds, with as many decimals as it has."""
    match = RFC_3339.match(text) if isinstance(text, str) else None
    if not match:
        raise Bad("ts is not an RFC 3339 time")
    date, time, decimals, sign, hours, minutes = match.groups()
    try:
        instant = datetime.datetime.strptime(date + " " + time, "%Y-%m-%d %H:%M:%S")
        if sign:
            offset = datetime.timedelta(hours=int(hours), minutes=int(minutes))
            instant = instant - offset if sign == "+" else instant + offset
    except (ValueError, OverflowError):
        raise Bad("ts is not a time of the years 1 to 9999") from None
    micros = (decimals or "")[:6].rstrip("0")
    # isoformat and not strftime: the latter writes the year 12 as "12" on some systems.
    return instant.isoformat(timespec="seconds") + ("." + micros if micros else "") + "Z"


def required(message, key):
    if key not in message:
        raise Bad(key + " is missing")
    return message[key]


def envelope_hash(message):
    """SHA-256 of the canonical form: all ten keys, always."""
    if not isinstance(message, dict):
        raise Bad("a message is an object")
    metadata = message.get("metadata")
    form = {
        "id": ulid(required(message, "id")),
        "trace_id": message.get("trace_id", ""),
        "span_id": message.get("span_id", ""),
        "from": required(message, "from"),
        "to": required(message, "to"),
        "type": required(message, "type"),
        "payload": message.get("payload"),
        "metadata": {} if metadata is None else metadata,
        "cost": message.get("cost", {"tokens": 0, "dollars": 0}),
        "ts": utc(required(message, "ts")),
    }
    try:
        return hashlib.sha256(canonical(form).encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        raise Bad("half of a surrogate pair is no character") from None
    except RecursionError:
        raise Bad("nested too deep") from None


def trouble_with(message):
    """Why a message is bad; None if it is good."""
    try:
        computed = envelope_hash(message)
        claimed = required(message, "envelope_hash")
        if not (isinstance(claimed, str) and HEX_64.match(claimed)):
            raise Bad("envelope_hash is not 64 lower-case hexadecimal digits")
    except Bad as bad:
        return str(bad)
    if claimed != computed:
        return "hash mismatch: expected %s, got %s from the content" % (claimed, computed)
    if "fault" in message:
        return "called bad by whoever exported it: %s" % (message["fault"],)
    return None


def main(arguments):
    if len(arguments) > 1:
        print("usage: verify-envelope.py [FILE]", file=sys.stderr)
        return 2
    count = bad = 0
    try:
        if arguments:
            with open(arguments[0], encoding="utf-8") as file:
                text = file.read()
        else:
            text = sys.stdin.buffer.read().decode("utf-8")
        for message in messages(text):
            count += 1
            trouble = trouble_with(message)
            if trouble:
                bad += 1
                print("%s: %s" % (message.get("id") if isinstance(message, dict) else count, trouble))
    except (OSError, ValueError, RecursionError) as error:
        print("cannot read message %d: %s" % (count + 1, error), file=sys.stderr)
        return 2
    print("%d messages, %d bad" % (count, bad), file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
