import tomllib

from hypothesis import given
from hypothesis import strategies as st

from idsvc.program.positions import Path, find_lines

DOCUMENT = '''\
# a comment with [brackets] = "and quotes"
top = 1
"quoted key" = """
first = "not a key"
[not.a.table]
"""
dotted . deep = 'one # no comment' # a comment

[table]
list = [ # opened
  "a", [1, 2],
  { x = 1, y = "}" }, # held
]

[[things]]
name = "one \\" two"
[things.inside]
at = 1979-05-27 07:32:00
[[things]]
name = """two quotes at the end"""""
[[things.parts]]
[[things.parts]]
n = 1
[table.below]
'''


def test_every_key_and_item_has_its_line() -> None:
    assert dict(find_lines(DOCUMENT)) == {
        ("top",): 2,
        ("quoted key",): 3,
        ("dotted",): 7,
        ("dotted", "deep"): 7,
        ("table",): 9,
        ("table", "list"): 10,
        ("table", "list", 0): 11,
        ("table", "list", 1): 11,
        ("table", "list", 1, 0): 11,
        ("table", "list", 1, 1): 11,
        ("table", "list", 2): 12,
        ("table", "list", 2, "x"): 12,
        ("table", "list", 2, "y"): 12,
        ("things",): 15,
        ("things", 0): 15,
        ("things", 0, "name"): 16,
        ("things", 0, "inside"): 17,
        ("things", 0, "inside", "at"): 18,
        ("things", 1): 19,
        ("things", 1, "name"): 20,
        ("things", 1, "parts"): 21,
        ("things", 1, "parts", 0): 21,
        ("things", 1, "parts", 1): 22,
        ("things", 1, "parts", 1, "n"): 23,
        ("table", "below"): 24,
    }
    tomllib.loads(DOCUMENT)


def paths(value: object, at: Path = ()) -> set[Path]:
    found = {at} if at else set()
    if isinstance(value, dict):
        return found.union(*(paths(item, (*at, key)) for key, item in value.items()))
    if isinstance(value, list):
        return found.union(*(paths(item, (*at, place)) for place, item in enumerate(value)))
    return found


plain = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters='\\"'), max_size=8
)
keys = st.text("abc_-9", min_size=1, max_size=4) | plain.map(lambda text: f'"{text}"')
scalars = (
    st.integers(-9, 9).map(str)
    | st.sampled_from(["true", "1.5", "1979-05-27", "07:32:00", "0xF", "'[[x]] # = '", "'''\n'\n'''"])
    | plain.map(lambda text: f'"{text}"')
    | plain.map(lambda text: f'"{text}\\" = # \\\\"')
    | plain.map(lambda text: f'"""\n{text}\n# [x]"""')
)


def arrays(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ends = st.sampled_from([", ", ",\n", " , # ] }\n"])
    return st.tuples(st.lists(items, max_size=3), ends).map(
        lambda pair: "[ " + "".join(item + pair[1] for item in pair[0]) + "]"
    )


def inline_tables(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.dictionaries(st.text("xyz", min_size=1, max_size=2), items, max_size=3)
    return pairs.map(lambda table: "{ " + ", ".join(f"{key}={item}" for key, item in table.items()) + " }")


values = st.recursive(scalars, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=6)
lines = (
    st.tuples(keys, values, st.sampled_from(["", " # = [x]"])).map(
        lambda parts: f"{parts[0]} = {parts[1]}{parts[2]}"
    )
    | st.tuples(keys, keys, values).map(lambda parts: f"{parts[0]} . {parts[1]}={parts[2]}")
    | st.lists(keys, min_size=1, max_size=3).map(lambda names: f"[ {'.'.join(names)} ]")
    | st.lists(keys, min_size=1, max_size=2).map(lambda names: f"[[{'.'.join(names)}]] # x")
    | st.just("# comment ' \" [[")
    | st.just("")
)


@given(st.lists(lines, max_size=12))
def test_exactly_the_keys_that_tomllib_reads_have_a_line(written: list[str]) -> None:
    text = ""
    for line in written:  # keep only lines that leave the document valid
        try:
            tomllib.loads(f"{text}{line}\n")
        except tomllib.TOMLDecodeError:
            continue
        text += f"{line}\n"
    found = find_lines(text)
    assert set(found) == paths(tomllib.loads(text))
    assert all(1 <= line <= text.count("\n") for line in found.values())
    assert dict(find_lines(text.replace("\n", "\r\n"))) == dict(found)
