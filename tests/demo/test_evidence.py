from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from demo import evidence
from demo.county import county
from demo.problems import problems


@pytest.fixture(scope="module")
def listed() -> list:
    return [one for each in problems(county()).values() for one in each]


@pytest.fixture(scope="module")
def folders(written) -> dict[str, dict[str, bytes]]:
    root = written.raw / evidence.FOLDER
    return {
        folder.name: {path.name: path.read_bytes() for path in folder.iterdir()} for folder in root.iterdir()
    }


def opens(content: bytes) -> bool:
    try:
        Image.open(BytesIO(content)).load()
    except OSError:
        return False
    return True


def test_about_a_dozen_problems_have_a_folder_and_one_folder_no_problem(folders, listed):
    known = {one.problem_id for one in listed}
    assert 10 <= len(folders.keys() & known) <= 15
    assert folders.keys() - known == {evidence.UNKNOWN}


def test_who_is_struck_off_shows_before_and_after_and_a_paper(folders, listed):
    by_id = {one.problem_id: one for one in listed}
    only_before = 0
    for problem_id, files in folders.items():
        if problem_id == evidence.UNKNOWN:
            continue
        if by_id[problem_id].is_open:
            only_before += files.keys() == {"整改前1.jpg"}
            continue
        assert files.keys() >= {"整改前1.jpg", "整改后1.jpg"}
        assert any(name.startswith("验收单.") for name in files)
        assert files["整改前1.jpg"] != files["整改后1.jpg"]
    assert only_before == 1


def test_one_picture_broke_off_and_all_are_small(folders):
    pictures = {
        (folder, name): content
        for folder, files in folders.items()
        for name, content in files.items()
        if name.endswith(".jpg")
    }
    assert len(set(pictures.values())) == len(pictures)
    assert sum(not opens(content) for content in pictures.values()) == 1
    assert max(map(len, pictures.values())) < 40_000
    papers = [
        content for files in folders.values() for name, content in files.items() if name.endswith(".pdf")
    ]
    assert papers
    assert all(content.startswith(b"%PDF") for content in papers)


def test_the_same_bytes_every_time(listed):
    assert dict(evidence.files(listed)) == dict(evidence.files(listed))
