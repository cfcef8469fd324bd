"""Verifies a bundle of AgentFlow audit entries with Python's standard library alone: verify-bundle.py BUNDLE VKEY
VKEY is the public key (name+id+base64), obtained from elsewhere. Exit code: 0 proved; 1 not, with the reason.
Shares no code with AgentFlow. Formats: RFC 6962 (tree), RFC 8032 (Ed25519), c2sp.org/signed-note, docs/audit.md."""
import base64, functools, hashlib, itertools, json, sys

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
MAY_FOLLOW = {"{": ("header", "{", "after"), "gap": ("header", "{"), "after": ("gap",)}

def need(condition, reason):
    if not condition:
        raise ValueError(reason)
def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()
def read_hash(text):
    raw = base64.b64decode(text)
    need(len(raw) == 32 and base64.b64encode(raw).decode() == text, f"malformed hash: {text[:60]}")
    return raw

def add(p, q):  # Points of the curve, as (x, y).
    x, y, both = p[0] * q[1] + p[1] * q[0], p[1] * q[1] + p[0] * q[0], D * p[0] * p[1] * q[0] * q[1]
    return x * pow(1 + both, -1, P) % P, y * pow(1 - both, -1, P) % P
def times(number, point):
    rest = times(number // 2, add(point, point)) if number else (0, 1)
    return add(rest, point) if number % 2 else rest
def read_point(number):
    y, is_odd = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    need(x * x % P == square, "the public key is no point of the curve")
    return x if x % 2 == is_odd else P - x, y
def is_signed(key, message, signature):
    k = hashlib.sha512(signature[:32] + key + message).digest()
    s, k, key = (int.from_bytes(number, "little") for number in (signature[32:], k, key))
    (x, y), base = read_point(key), read_point(4 * pow(5, -1, P) % P)
    x, y = add(times(s % L, base), times(k % L, (P - x, y)))
    return len(signature) == 64 and s < L and (y | x % 2 << 255).to_bytes(32, "little") == signature[:32]

def read_note(note, vkey):
    """The lines of a checkpoint that the key signed: its origin, size and root, and what may follow."""
    name, number, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    key_id = lambda signer: sha(signer.encode(), b"\n", key)[:4]
    need(len(key) == 33 and key[0] == 1 and key_id(name).hex() == number, "malformed public key")
    text, *blocks = note.split("\n\n")
    need(len(blocks) == 1, "expected a checkpoint and one block of signatures: was the bundle cut off?")
    origin, signed = text.split("\n")[0], [line.split(" ") for line in blocks[0].split("\n")]
    ours = [base64.b64decode(raw, validate=True) for dash, by, raw in signed if (dash, by) == ("\u2014", origin)]
    ours = [raw[4:] for raw in ours if raw[:4] == key_id(origin)]
    need(ours and f"{origin}/".startswith(f"{name}/"), "the checkpoint is not signed by this key")
    need(all(is_signed(key[1:], f"{text}\n".encode(), raw) for raw in ours), "wrong signature: the note was changed")
    return text.split("\n")

def push(tree, end, node):
    """Adds the hash of the largest subtree that may stand next and not beyond `end`, to a list of (size, hash)."""
    begin = sum(size for size, _ in tree)
    size = min(begin & -begin or end, 1 << max(end - begin, 1).bit_length() - 1)
    while tree and tree[-1][0] == size:
        size, node = size * 2, sha(b"\1", tree.pop()[1], node)
    tree.append((size, node))

def verify(file, vkey):
    """What a bundle says of itself, once that is proved. Two things are mere claims: `exported_at` and `filter`."""
    lines = (line.decode().removesuffix("\n") for line in file)
    need(next(lines, "") == "agentflow.dev/audit-bundle@v1", "not a bundle")
    header, kind, tree, end, count, first, final = next(lines, ""), "header", [], 0, 0, 0, 0
    claims = {key: json.loads(header).get(key) for key in ("exported_at", "filter", "tenant_id")}
    previous = sha(b"agentflow/audit/v1\n", bytes.fromhex(claims["tenant_id"].replace("-", "")))
    for line in itertools.takewhile(len, lines):
        last, (kind, *words) = kind, ["{"] if line[0] == "{" else line.split(" ")
        need(last in MAY_FOLLOW.get(kind, ()), f"not expected after `{last}`: {line[:60]}")
        if kind == "gap":
            end += int(words[0])
            for word in words[1:]:
                push(tree, end, read_hash(word))
            need(words[0] == str(int(words[0])) > "0" and sum(size for size, _ in tree) == end, "a gap does not fit")
        elif kind == "after":
            previous = read_hash(line[6:])
        else:
            previous, end = sha(previous, line.encode()), end + 1
            push(tree, end, sha(b"\0", previous))
            count, first, final = count + 1, first or end, end
    found = {**claims, "count": count, "first_seq": first, "last_seq": final, "left_out": end - count, "size": end}
    said = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(said == header and kind != "after", "the header does not say what is there")
    hashes = [node for _, node in reversed(tree)] or [sha()]
    root = base64.b64encode(functools.reduce(lambda right, left: sha(b"\1", left, right), hashes)).decode()
    origin, *numbers = read_note("\n".join(lines), vkey)
    need(origin.endswith(f"/t/{claims['tenant_id']}"), "the checkpoint is of another log")
    need(numbers[:2] == [str(end), root], "the entries are not those that were signed")
    return found

if __name__ == "__main__":
    try:
        found = verify(open(sys.argv[1], "rb"), sys.argv[2])
        print("proved: {count} of {size} entries of tenant {tenant_id}; {left_out} left out".format(**found))
    except Exception as error:
        sys.exit(f"NOT PROVED: {error}" if sys.argv[2:] else __doc__)
