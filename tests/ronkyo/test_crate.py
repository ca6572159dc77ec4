"""The files in a report are a Workflow Run RO-Crate: what the validator of its authors says, and what we say of each file."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest
from new_project import alone

from ronkyo.report import chapters, crate, evidence

SCHEMA = "http://schema.org/"
WORDS = (  # those of schema.org that we use
    "ComputerLanguage CreateAction CreativeWork Dataset SoftwareSourceCode about alternateName author contentSize "
    "datePublished description encodingFormat hasPart instrument license mainEntity mentions name object "
    "programmingLanguage result url version"
)
CONTEXT = {word: SCHEMA + word for word in WORDS.split()} | {  # as RO-Crate 1.1 has them; the file itself has 2600
    "File": f"{SCHEMA}MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
}


VALIDATE = f"""
import io, json, sys
import requests, urllib3
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

folder, cache, context = sys.argv[1:]
url, headers = "{crate.RO_CRATE}/context", {{"Content-Type": "application/ld+json"}}
response = requests.Response()
response.url, response.status_code = url, 200
response.headers.update(headers)
response.raw = urllib3.HTTPResponse(io.BytesIO(context.encode()), headers, 200, preload_content=False)
response.request = requests.Request("GET", url, {{"Accept": headers["Content-Type"]}}).prepare()
HttpRequester(cache_path=cache, offline=True).session.cache.save_response(response)
settings = services.ValidationSettings(
    rocrate_uri=folder, profile_identifier="workflow-run-crate", requirement_severity=models.Severity.REQUIRED,
    offline=True, cache_path=cache,
)
print(json.dumps([issue.message for issue in services.validate(settings).get_issues()]))
"""


@pytest.fixture(scope="module")
def carried(small):
    with alone():
        return evidence.collect(small, chapters.render(small))


@pytest.fixture(scope="module")
def entities(carried):
    return {entity["@id"]: entity for entity in json.loads(carried[crate.NAME].content)["@graph"]}


def test_every_file_has_its_digest_size_and_path(carried, entities):
    files = {name: item for name, item in carried.items() if name != crate.NAME}
    assert [part["@id"] for part in entities["./"]["hasPart"]] == list(files)
    for name, item in files.items():
        assert entities[name]["sha256"] == hashlib.sha256(item.content).hexdigest()
        assert entities[name]["contentSize"] == str(len(item.content))
        assert entities[name].get("alternateName") == item.path


def test_results_came_from_parameters_and_data_by_the_pipeline(entities):
    run = entities["#run"]
    assert run["instrument"] == entities["./"]["mainEntity"] == {"@id": "dvc.yaml"}
    assert {"@id": "params.yaml"} in run["object"]
    assert {"@id": "data-least_squares.json"} in run["object"]
    assert {"@id": "seeds-least_squares.csv"} in run["result"]
    assert {"@id": "claims.json"} in run["result"]


def test_no_time_but_the_reports_own_date_is_told(small, entities):
    assert entities["./"]["datePublished"] == small.load_report().date.isoformat()
    assert not {"endTime", "startTime", "dateCreated", "dateModified"} & {key for e in entities.values() for key in e}


@pytest.fixture
def problems(carried, tmp_path):
    """What the validator says that must be otherwise, with files removed from the crate's folder. It reads the context of
    RO-Crate from its cache alone, and runs in a process of its own, since it sets up logging."""
    pytest.importorskip("rocrate_validator", reason="roc-validator is not installed")

    def validate(*removed):
        folder = tmp_path / "crate"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, item in carried.items():
            if name not in removed:
                (folder / name).write_bytes(item.content)
        context = json.dumps({"@context": CONTEXT})
        command = [sys.executable, "-W", "ignore", "-c", VALIDATE, folder, tmp_path / "cache", context]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return validate


def test_the_validator_of_ro_crates_finds_a_workflow_run(problems):
    assert problems() == []
    (missing,) = problems("seeds-least_squares.csv")
    assert "seeds-least_squares.csv" in missing
