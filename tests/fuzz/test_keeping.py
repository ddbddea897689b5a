"""What hypothesis says it tried is what the page says."""

from pathlib import Path

from tests.fuzz.__main__ import executions, keep

SAID = """
tests/fuzz/test_files.py::test_zips:

  - during generate phase (0.21 seconds):
    - 6000 passing examples, 0 failing examples, 12 invalid examples

tests/fuzz/test_answers.py::test_catalogs:

  - during reuse phase (0.01 seconds):
    - 3 passing examples, 0 failing examples, 0 invalid examples
  - during generate phase (0.21 seconds):
    - 1 passing, 0 failing, and 0 invalid test cases
"""


def test_inputs_are_counted_by_test_and_kept(tmp_path: Path) -> None:
    assert executions(SAID) == {"test_zips": 6012, "test_catalogs": 4}
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- fuzz -->\nold\n<!-- end of fuzz -->\nb\n")
    keep(SAID, 100, page)
    text = page.read_text()
    assert text.startswith("a\n<!-- fuzz -->\n")
    assert text.endswith("| `test_zips` | 6,012 |\n<!-- end of fuzz -->\nb\n")
    assert "gave 6,016 inputs" in text
    assert "old" not in text
