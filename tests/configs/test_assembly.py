"""From a configuration to sources, template and teacher."""

import json

import pytest
import yaml

from configs.assembly import problem_sources, teacher
from configs.prompting import PROMPTS, prompt_mix
from data.errors import ConfigError, InputError
from data.records import Problem
from tests.configs.small_config import SMALL, changed, load


def jsonl(folder, name, *questions, **more):
    """Write problems and return the path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"question": q, "answer": "1", **more}) + "\n" for q in questions))
    return path


def source_of(folder, text):
    """Return the one source of the configuration with another source in it."""
    (source,) = problem_sources(load(folder, changed("{source: jsonl, path: problems.jsonl}", text)))
    return source


def questions(source):
    """Return the questions of a source."""
    return [problem.question for problem in source.read() if isinstance(problem, Problem)]


def test_globs_are_read_in_a_stable_order(tmp_path):
    """Files come sorted by name, patterns in their order, and a file that two patterns name comes once."""
    for name in ("b", "a", "c"):
        jsonl(tmp_path, f"parts/{name}.jsonl", name)
    jsonl(tmp_path, "parts/deep/d.jsonl", "d")
    jsonl(tmp_path, "parts/.hidden.jsonl", "hidden")
    (tmp_path / "parts" / "folder.jsonl").mkdir()
    assert questions(source_of(tmp_path, "{source: jsonl, path: 'parts/*.jsonl'}")) == ["a", "b", "c"]
    assert questions(source_of(tmp_path, "{source: jsonl, path: 'parts/**/*.jsonl'}")) == ["a", "b", "c", "d"]
    both = "{source: jsonl, path: [parts/c.jsonl, 'parts/[ab].jsonl', 'parts/*.jsonl']}"
    assert questions(source_of(tmp_path, both)) == ["c", "a", "b"]
    absolute = f"{{source: jsonl, path: '{tmp_path}/parts/?.jsonl'}}"
    assert questions(source_of(tmp_path, absolute)) == ["a", "b", "c"]


def test_names_that_look_like_patterns_are_names(tmp_path):
    """A folder or file whose own name has brackets is found as it is."""
    folder = tmp_path / "set [1]*"
    jsonl(folder, "a.jsonl", "a")
    jsonl(folder, "part[2].jsonl", "b")
    assert questions(source_of(folder, "{source: jsonl, path: '*.jsonl'}")) == ["a", "b"]
    assert questions(source_of(folder, "{source: jsonl, path: 'part[2].jsonl'}")) == ["b"]


def test_paths_reach_above_the_configuration_and_home(tmp_path, monkeypatch):
    """`..` and `~` serve in patterns too."""
    jsonl(tmp_path, "above.jsonl", "above")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("../above.jsonl", "'../*.jsonl'", "~/above.jsonl", "'~/*.jsonl'"):
        assert questions(source_of(tmp_path / "sub", f"{{source: jsonl, path: {path}}}")) == ["above"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{source: jsonl, path: none.jsonl}", "problems.0.path: no such file: FOLDER/none.jsonl"),
        ("{source: jsonl, path: '*.none'}", "problems.0.path: no file matches FOLDER/*.none"),
        ("{source: jsonl, path: .}", "problems.0.path: no such file: FOLDER"),
        ("{source: parquet, path: build.yaml}", "problems.0: FOLDER/build.yaml: not a readable Parquet file"),
        ("{source: hf, path: none}", "problems.0: FOLDER/none: no such folder"),
        ("{source: generated, set: no-such-set}", "problems.0: no generated set 'no-such-set'"),
    ],
)
def test_a_source_that_cannot_be_opened_is_named_with_its_line(tmp_path, text, complaint):
    """The message has the configuration's line, the key, and the path as it was resolved."""
    with pytest.raises(InputError) as caught:
        source_of(tmp_path, text)
    said = str(caught.value).replace(str(tmp_path), "FOLDER")
    assert said.startswith(f"FOLDER/build.yaml:3: {complaint}")


def test_what_a_source_says_serves_rows_that_do_not(tmp_path):
    """Licence, tags, kind and tolerance of the configuration are defaults; the source's name is the file's."""
    path = jsonl(tmp_path, "mine.jsonl", "a")
    with path.open("a") as file:
        file.write('{"question": "b", "answer": "1", "source": "own", "license": "CC0", "tags": ["t"]}\n')
    keys = "license: MIT, tags: [x, y], answer_kind: number, rel_tol: 0.1, unit: m"
    first, second = source_of(tmp_path, f"{{source: jsonl, path: mine.jsonl, {keys}}}").read()
    assert (first.source, first.license, first.tags, first.unit, first.rel_tol) == ("mine", "MIT", ("x", "y"), "m", 0.1)
    assert (second.source, second.license, second.tags, second.answer_kind) == ("own", "CC0", ("t",), "number")
    named = source_of(tmp_path, "{source: jsonl, path: mine.jsonl, name: set}")
    assert [problem.source for problem in named.read()] == ["set", "own"]


def test_fields_and_markers_of_the_configuration_reach_the_rows(tmp_path):
    """Other column names and GSM8K's marker are said in the configuration."""
    (tmp_path / "g.jsonl").write_text('{"q": "1 + 1?", "a": "so #### 2"}\n' * 3)
    text = "{source: jsonl, path: g.jsonl, fields: {question: q, answer: a}, answer_after: '####', limit: 2}"
    assert [problem.reference for problem in source_of(tmp_path, text).read()] == ["2", "2"]


@pytest.mark.filterwarnings("ignore:.*with a literal:SyntaxWarning")  # a dependency's, when it is first compiled
def test_reasoning_gym_is_asked_as_configured(tmp_path):
    """Task, size, seed and parameters are passed on; the source is named after the task."""
    text = "{source: reasoning-gym, task: basic_arithmetic, size: 3, seed: 5, parameters: {min_terms: 2, max_terms: 2}}"
    found = list(source_of(tmp_path, text).read())
    assert [problem.id for problem in found] == [f"basic_arithmetic-5-{n}" for n in range(3)]
    assert found[0].source == "reasoning-gym/basic_arithmetic"
    with pytest.raises(InputError, match=r"build\.yaml:3: problems\.0: reasoning-gym task 'none'"):
        source_of(tmp_path, "{source: reasoning-gym, task: none}")


def with_template(folder, name):
    """Load the small configuration with a prompt template."""
    return load(folder, SMALL + f"prompt: {{template: {name}}}\n")


@pytest.mark.parametrize("name", sorted(path.stem for path in PROMPTS.glob("*.yaml")))
def test_every_template_that_comes_with_tracemill_can_be_used(tmp_path, name):
    """Each renders a problem, and its examples end the way that extraction finds."""
    (entry,) = prompt_mix(with_template(tmp_path, name)).entries
    template = entry.template
    assert template.name == name
    prompt = template.render(Problem(question="QUESTION", reference="1"))
    assert "QUESTION" in prompt.messages[-1].content
    for example in (example for each in template.example_sets for example in each.examples):
        assert "\\boxed{" in example.completion


def test_a_template_is_found_by_name_or_by_path(tmp_path):
    """A file beside the configuration serves as well as one of ours, and may have examples."""
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"user": "Solve {question} in {unit}", "system": "Think."}))
    (entry,) = prompt_mix(with_template(tmp_path, "mine.yaml")).entries
    template = entry.template
    assert (template.name, template.system) == ("mine", "Think.")
    assert prompt_mix(load(tmp_path)).name == "boxed"


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("boxd", None, "FOLDER/build.yaml:10: prompt.template: no template or file 'boxd'; did you mean 'boxed'?"),
        ("none.yaml", None, "FOLDER/build.yaml:10: prompt.template: no template or file 'none.yaml'"),
        ("t.yaml", "usr: '{question}'\n", "FOLDER/t.yaml:1: usr: unknown key 'usr'; did you mean 'user'?"),
        (
            "t.yaml",
            "user: Solve it\n",
            (
                "FOLDER/t.yaml:1: user: {question} must stand in it, or every problem would be asked the same"
                " (got 'Solve it')"
            ),
        ),
        ("t.yaml", "user: [1]\n", "FOLDER/t.yaml:1: user: Input should be a valid string"),
        ("t.yaml", "example_sets:\n  - examples: []\n", "FOLDER/t.yaml:2: example_sets.0.examples: give at least one"),
        (
            "t.yaml",
            "example_sets:\n  - examples:\n      - {question: a}\n",
            "FOLDER/t.yaml:3: example_sets.0.examples.0.completion: this key is missing",
        ),
        ("t.yaml", "user: a: b\n", "FOLDER/t.yaml:1: not valid YAML: mapping values are not allowed here"),
        ("t.yaml", "", "FOLDER/t.yaml: expected keys and values at the top, such as `name: my-dataset`"),
        ("t.yaml", "\xff", "FOLDER/build.yaml:10: prompt.template: FOLDER/t.yaml: not UTF-8 text (invalid start byte)"),
    ],
)
def test_a_template_that_cannot_be_used_is_named(tmp_path, name, content, complaint):
    """The message has the file, line and key: of the configuration, or of the template itself."""
    if content is not None:
        (tmp_path / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        prompt_mix(with_template(tmp_path, name))
    assert str(caught.value).replace(str(tmp_path), "FOLDER").splitlines()[0] == complaint


def test_the_teacher_is_made_as_configured(tmp_path):
    """Name, capacity and identity follow the configuration; where it is served and the key do not."""
    one = teacher(load(tmp_path, SMALL, "teacher.max_in_flight=7"))
    assert (one.name, one.capacity) == ("some-model", 7)
    others = [["teacher.base_urls=[http://elsewhere/v1]"], ["teacher.api_key=abc"], ["teacher.patience_s=1"]]
    assert {teacher(load(tmp_path, SMALL, *change)).teacher_id for change in others} == {one.teacher_id}
    different = [["teacher.model=other"], ["teacher.revision=r2"], ["teacher.extra_body={a: 1}"]]
    assert one.teacher_id not in {teacher(load(tmp_path, SMALL, *change)).teacher_id for change in different}


def test_an_embedded_model_that_nobody_named_is_asked_for(tmp_path):
    """Any model but the one that is installed needs its file."""
    text = SMALL.replace('  base_urls: ["http://127.0.0.1:9000/v1"]\n', "").replace(
        "engine: openai", "engine: embedded"
    )
    with pytest.raises(ConfigError, match=r"build\.yaml:4: teacher\.model_path: name the GGUF file of 'some-model'"):
        teacher(load(tmp_path, text))


VLLM = SMALL.replace('  base_urls: ["http://127.0.0.1:9000/v1"]\n', "").replace("engine: openai", "engine: vllm")


def test_a_managed_vllm_is_made_as_configured(tmp_path):
    """A folder is a local model, anything else a name on the hub; GPUs are dealt out to the replicas."""
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "config.json").write_text("{}")
    one = teacher(load(tmp_path, VLLM, "teacher.model=weights", "teacher.devices=[[0, 1], [2, 3]]"))
    assert one.name == "weights"
    assert [server._environment["CUDA_VISIBLE_DEVICES"] for server in one._servers] == ["0,1", "2,3"]
    command = one._servers[0]._command(5)
    assert command[command.index("--model") + 1] == str(tmp_path / "weights")
    hub = teacher(load(tmp_path, VLLM, "teacher.model=org/name", "teacher.replicas=3", "teacher.name=short"))
    assert (hub.name, len(hub._servers)) == ("short", 3)
    moved = teacher(load(tmp_path, VLLM, "teacher.model=weights", "teacher.replicas=2", "teacher.environment={A: b}"))
    assert moved.teacher_id == one.teacher_id != hub.teacher_id


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("teacher.model=./nothing", "build.yaml:6: teacher.model: FOLDER/nothing is not a model's folder"),
        ("teacher.python=./no/python", "build.yaml:4: teacher.python: no such file: FOLDER/no/python"),
        ("teacher.devices=[[0], [1]]", None),
        ("teacher.gpu_memory=0.9", "teacher.gpu_memory: unknown key 'gpu_memory'; did you mean 'gpu_memory_utilizat"),
        ("teacher.engine_args={host: x}", "teacher.engine_args: host: set by Tracemill itself"),
    ],
)
def test_a_managed_vllm_that_cannot_be_meant_is_refused(tmp_path, change, complaint):
    """With file, line and key."""
    if complaint is None:
        assert teacher(load(tmp_path, VLLM, change))
        change, complaint = "teacher.replicas=3", "teacher: devices: give 3 lists, one for each of the replicas"
        with pytest.raises(ConfigError) as caught:
            teacher(load(tmp_path, VLLM, change, "teacher.devices=[[0], [1]]"))
    else:
        with pytest.raises(ConfigError) as caught:
            teacher(load(tmp_path, VLLM, change))
    assert complaint in str(caught.value).replace(str(tmp_path), "FOLDER")
