"""Lists as people have them: each line is a name or a reason, and nothing swallows the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from domainguard.services.lists.files import ListFile
from domainguard.services.lists.lines import LONGEST_LINE, ListRefused

ADA, BOB = "ada@mill-lane.org", "bob@old-lane.org"
LONG = "x" * 1_000_000

# file name, what is in it, and what is read: (line, name) or (line, words of the reason)
READ = {
    "a name a line": ("l.txt", f"{ADA}\n{BOB}\n", [(1, ADA), (2, BOB)]),
    "no end at the end": ("l.txt", f"{ADA}\n{BOB}", [(1, ADA), (2, BOB)]),
    "comments and blanks": ("l.txt", f"# staff\n\n  {ADA} \n#\n{BOB}\n", [(3, ADA), (5, BOB)]),
    "ends of Windows": ("l.txt", f"{ADA}\r\n{BOB}\r\n", [(1, ADA), (2, BOB)]),
    "the same twice": ("l.txt", f"{ADA}\n{ADA}\n", [(1, ADA), (2, ADA)]),
    "UTF-8 with a mark": ("l.txt", b"\xef\xbb\xbf" + ADA.encode(), [(1, ADA)]),
    "UTF-16, little end first": ("l.txt", f"{ADA}\n{BOB}\n".encode("utf-16"), [(1, ADA), (2, BOB)]),
    "UTF-16, big end first": ("l.txt", b"\xfe\xff" + ADA.encode("utf-16-be"), [(1, ADA)]),
    "other letters": ("l.txt", "ada@bücher.org\n", [(1, "ada@bücher.org")]),
    "a name in Latin-1 among UTF-8": (
        "l.txt",
        "ada@bücher.org\n".encode() + "bob@bücher.org\n".encode("latin-1") + ADA.encode(),
        [(1, "ada@bücher.org"), (2, "UTF-8"), (3, ADA)],
    ),
    "Latin-1 in another column": (
        "l.csv",
        f"name,email\nJosé,{ADA}\nZoë,{BOB}\n".encode("latin-1"),
        [(2, ADA), (3, BOB)],
    ),
    "a line of 1 MB": ("l.txt", f"{ADA}\n{LONG}\n{BOB}\n", [(1, ADA), (2, "longer"), (3, BOB)]),
    "a first line of 1 MB": ("l.txt", f"{LONG}\n{BOB}\n", [(1, "longer"), (2, BOB)]),
    "a last line of 1 MB": ("l.txt", f"{ADA}\n{LONG}", [(1, ADA), (2, "longer")]),
    "a line as long as may be": (
        "l.txt",
        f"{'x' * LONGEST_LINE}\n{ADA}\n",
        [(1, "x" * LONGEST_LINE), (2, ADA)],
    ),
    "CSV by its column's name": ("l.csv", f"id,E-Mail\n7,{ADA}\n", [(2, ADA)]),
    "CSV that is not named so": ("l.txt", f"id;email\n7;{ADA}\n", [(2, ADA)]),
    "CSV with tabs": ("l.tsv", "id\tdomain\n7\tmill-lane.org\n", [(2, "mill-lane.org")]),
    "CSV without a header": ("l.csv", f"7,{ADA}\n8,{BOB}\n", [(1, ADA), (2, BOB)]),
    "a short record": ("l.csv", f"id,email\n7\n8,{BOB}\n", [(2, "column 2"), (3, BOB)]),
    "a record over two lines": (
        "l.csv",
        f'note,email\n"one\ntwo",{ADA}\nx,{BOB}\n',
        [(2, ADA), (4, BOB)],
    ),
    "a quotation mark left open": (
        "l.csv",
        f'note,email\n"one,{ADA}\n' + f"x,{BOB}\n" * 30,
        [(2, "quotation"), *((3 + number, BOB) for number in range(30))],
    ),
    "a quotation mark left open at the end": (
        "l.csv",
        f'note,email\nx,{ADA}\n"one,{BOB}\n',
        [(2, ADA), (3, "quotation")],
    ),
    "letters after a quotation": (
        "l.csv",
        f'note,email\n"one"two,{ADA}\nx,{BOB}\n',
        [(2, "no CSV"), (3, BOB)],
    ),
    "1 MB in a record": (
        "l.csv",
        f"note,email\n{LONG},{ADA}\nx,{BOB}\n",
        [(2, "longer"), (3, BOB)],
    ),
}

REFUSED = {
    "an empty file": ("l.txt", "", "is empty"),
    "nothing but blanks": ("l.txt", "\n \n\n", "is empty"),
    "an empty CSV": ("l.csv", "", "is empty"),
    "a picture": ("l.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
    "UTF-16 without a mark": ("l.txt", ADA.encode("utf-16-le"), "binary"),
    "UTF-32": ("l.txt", ADA.encode("utf-32"), "binary"),
    "a CSV whose column is nobody's guess": ("l.csv", "id,name\n7,Ada\n", "there are 'id', 'name'"),
    "two columns that could be meant": (
        "l.csv",
        f"email,e-mail\n{ADA},{BOB}\n",
        "cannot be told",
    ),
    "two addresses and no header": ("l.csv", f"{ADA},{BOB}\n", "cannot be told"),
    "a first line that is no CSV": ("l.csv", '"id,email\n', "no CSV"),
}


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("case", READ)
def test_each_line_is_a_name_or_a_reason_with_its_number(tmp_path, case):
    name, content, expected = READ[case]
    entries = list(ListFile(written(tmp_path, name, content)).entries())
    assert [entry.number for entry in entries] == [number for number, _ in expected]
    for entry, (_, words) in zip(entries, expected, strict=True):
        assert entry.text == words or (not entry.text and words in entry.error)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence_that_names_the_file(tmp_path, case):
    name, content, words = REFUSED[case]
    path = written(tmp_path, name, content)
    with pytest.raises(ListRefused) as refused:
        list(ListFile(path).entries())
    assert str(path) in str(refused.value)
    assert words in str(refused.value)


def test_the_column_that_was_asked_for_is_read(tmp_path):
    path = written(tmp_path, "l.csv", f"email,Backup\n{ADA},{BOB}\n")
    assert [each.text for each in ListFile(path, "backup").entries()] == [BOB]


def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = written(tmp_path, "l.csv", f"email,backup\n{ADA},{BOB}\n")
    with pytest.raises(ListRefused, match="no column is named 'mail'; there are 'email', 'backup'"):
        list(ListFile(path, "mail").entries())


def test_a_directory_a_pipe_and_a_missing_file_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ListRefused, match="not a regular file"):
            ListFile(path)
    with pytest.raises(ListRefused, match="cannot be read: No such file"):
        ListFile(tmp_path / "none")


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = written(tmp_path, "l.txt", ADA)
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:  # who may read everything becomes nobody for a moment
        os.seteuid(65534)
    try:
        with pytest.raises(ListRefused, match="Permission denied"):
            ListFile(path)
    finally:
        if is_root:
            os.seteuid(0)
