"""The screens' types against the API's description."""

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from watchglass.api.application import build_description

WEB = Path(__file__).parents[3] / "web"


def test_the_types_of_the_screens_follow_the_api(tmp_path: Path) -> None:
    """What is generated from the description of this very server is what the screens were checked with."""
    generator = WEB / "node_modules" / ".bin" / "openapi-typescript"
    if shutil.which("node") is None or not generator.exists():
        pytest.skip("Node or the screens' packages are not installed")
    description, fresh = tmp_path / "openapi.json", tmp_path / "types.ts"
    description.write_bytes(orjson.dumps(build_description().openapi(), option=orjson.OPT_SORT_KEYS))
    subprocess.run([generator, description, "--output", fresh], check=True, capture_output=True, timeout=60)
    kept = WEB / "src" / "api" / "types.generated.ts"
    assert fresh.read_text("utf-8") == kept.read_text("utf-8"), "run `npm run types` in web/"
