"""Evidence is used from the bytes that were hashed: nobody checks a file of the vault and opens it once more by name.

The tests read the code: who decodes a file by its name, and who asks where a file of the vault lies.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

DECODED_BY_NAME = {
    "forensic_app/images.py": "the door",
    "forensic_app/engines/pictures/photo.py": "with a digest from its bytes, without one a file outside a casebook",
    "forensic_app/engines/base_training/critic_lessons.py": "data for training",
    "forensic_app/engines/personalisation/regularization.py": "data for training",
    "forensic_app/engines/sketch/pairs.py": "data for training",
    "forensic_app/engines/training/face_cache.py": "data for training",
    "forensic_app/evaluation/look/look.py": "any folder of pictures",
    "forensic_app/evaluation/pack/inputs.py": "labelled pictures",
    "forensic_app/evaluation/sketch/stages.py": "any folder of pictures",
    "forensic_app/evaluation/sketch/stage_pictures.py": "pictures that it had made in a folder of its own",
    "forensic_app/engines/matcher_training/people.py": "data for training",
    "forensic_app/evaluation/matching/templates.py": "data sets of people",
    "forensic_app/workflows/matcher_training.py": "data for training",
    "forensic_app/faces/coverage_training.py": "data for training",
    "forensic_app/faces/mean_face.py": "data for training",
}
PATHS_IN_THE_VAULT = {
    "forensic_app/workflows/adapters.py": "for the worker, which reads its bytes by their digest",
    "forensic_app/workflows/run_input.py": "for the worker, which reads its bytes by their digest",
    "forensic_app/workflows/relatives.py": "for the worker, which reads its bytes by their digest",
    "forensic_app/workflows/style_preview.py": "for another process, which reads its bytes by their digest",
    "forensic_app/workflows/run_planning.py": "for the worker, which reads its bytes by their digest",
    "forensic_app/workflows/personalisation.py": "read with its digest",
    "forensic_app/workflows/bundles.py": "copied, and the copy's digest compared",
    "forensic_app/cli/age_batch.py": "read with its digest",
    "forensic_app/cli/exhibit.py": "printed",
    "forensic_app/cli/exhibit_intake.py": "printed",
    "forensic_app/cli/personalise.py": "printed",
    "forensic_app/cli/run_output.py": "printed",
    "ui/evidence/face_lookups.py": "for another process, which reads its bytes by their digest",
    "ui/widgets/thumbnails.py": "for another process, which reads its bytes by their digest",
}


def modules(*folders: str) -> dict[str, ast.AST]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def decodes_by_name(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == "load_working_copy" for node in ast.walk(tree)
    ) or any(isinstance(node, ast.Attribute) and node.attr == "load_working_copy" for node in ast.walk(tree))


def asks_where_a_file_lies(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func).endswith("vault.path")
        for node in ast.walk(tree)
    )


def test_files_of_the_vault_are_decoded_from_the_bytes_that_were_hashed() -> None:
    found = modules("forensic_app", "ui")
    decoding = {name for name, tree in found.items() if decodes_by_name(tree)}
    assert decoding - {"forensic_app/images.py"} == DECODED_BY_NAME.keys() - {"forensic_app/images.py"}
    assert {name for name, tree in found.items() if asks_where_a_file_lies(tree)} == PATHS_IN_THE_VAULT.keys()


@pytest.mark.parametrize(
    "code", ["load_working_copy(store.vault.path(sha256))", "images.load_working_copy(vault.path(sha256))"]
)
def test_the_search_finds_what_it_is_for(code: str) -> None:
    assert decodes_by_name(ast.parse(code))
    assert asks_where_a_file_lies(ast.parse(code))
