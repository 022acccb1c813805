"""Reading a build's configuration: what is right with it, and what people are told where it is not."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.loading import load_build
from configs.models import OpenAITeacherConfig
from data.errors import ConfigError, InputError
from tests.configs.small_config import SMALL, changed, load, write


def complaint(folder, text, *changes):
    """Return the message about a configuration, the folder's name left out."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, *changes)
    assert isinstance(caught.value, InputError)
    return str(caught.value).replace(f"{folder}/", "")


def test_the_smallest_configuration_has_defaults_for_the_rest(tmp_path):
    """Name, problems, teacher and warehouse are enough."""
    loaded = load(tmp_path, "\n".join(line for line in SMALL.splitlines() if not line.startswith("sampling")))
    config = loaded.config
    assert (config.on_bad_row, config.prompt.template, config.sampling.samples_per_problem) == ("skip", "boxed", 4)
    assert config.verification.workers is None
    assert loaded.warehouse == tmp_path / "warehouse"


def mistakes():
    """Yield spoilt configurations with what is said about them."""
    for line in (Path(__file__).with_name("mistakes.jsonl")).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "old" in row:
            text = changed(row["old"], row["new"])
        else:
            text = row["text"] * row.get("times", 1) if "text" in row else SMALL + row["append"]
        yield pytest.param(text, row["message"], id=row["message"][:60])


@pytest.mark.parametrize(("text", "expected"), list(mistakes()))
def test_a_mistake_is_named_with_file_line_and_key(tmp_path, text, expected):
    """Every message says where the mistake stands, what it is, and where it can what was meant."""
    assert complaint(tmp_path, text) == expected


def test_all_mistakes_are_told_at_once(tmp_path):
    """Who wrote three things wrong sees three lines."""
    text = changed("0.7", "hot").replace("model:", "modle:")
    assert len(complaint(tmp_path, text).splitlines()) == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A missing file, a folder, and text that is not UTF-8."""
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot read the configuration \(No such file"):
        load_build(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="Is a directory"):
        load_build(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("name: é".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin\.yaml: the configuration is not UTF-8 text"):
        load_build(tmp_path / "latin.yaml")
    (tmp_path / "nul.yaml").write_bytes(b"name: \x00")
    with pytest.raises(ConfigError, match=r"nul\.yaml: not valid YAML"):
        load_build(tmp_path / "nul.yaml")


def test_variables_are_read_everywhere_and_two_dollars_are_one(tmp_path, monkeypatch):
    """`${VAR}` stands for its value inside any text, `$$` for a dollar sign, a lone dollar for itself."""
    monkeypatch.setenv("MODEL", "real")
    monkeypatch.setenv("SEED", "7")
    text = changed("some-model", "a-${MODEL}-$${MODEL}-$x$").replace("0.7", "0.7, seed: '${SEED}', stop: ['${MODEL}']")
    config = load(tmp_path, text).config
    assert isinstance(config.teacher, OpenAITeacherConfig)
    assert config.teacher.model == "a-real-${MODEL}-$x$"
    assert (config.sampling.seed, config.sampling.stop) == (7, ("real",))


def test_a_variable_that_is_no_text_is_named(tmp_path, monkeypatch):
    """Bytes that are not UTF-8 are refused without being shown; they could be stored nowhere."""
    monkeypatch.setenv("MODEL", "secret\udcff")
    message = complaint(tmp_path, changed("some-model", "${MODEL}"))
    assert message == "build.yaml:7: teacher.model: the environment variable MODEL is not UTF-8 text"


def test_what_a_variable_holds_is_not_read_again(tmp_path, monkeypatch):
    """A value with dollar signs is taken as it is."""
    monkeypatch.setenv("MODEL", "${HOME} $$ ${")
    assert load(tmp_path, changed("some-model", "${MODEL}")).config.teacher.model == "${HOME} $$ ${"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["sampling.seed=7"], {"sampling.seed": 7}),
        (["execution.shard_size=8"], {"execution.shard_size": 8}),
        (["problems.0.path=other.jsonl"], {"problems.0.path": ("other.jsonl",)}),
        (["problems.0.path=[a.jsonl, b.jsonl]"], {"problems.0.path": ("a.jsonl", "b.jsonl")}),
        (["problems.0.fields.question=q"], {"problems.0.fields.question": "q"}),
        (["teacher.base_urls.0=http://other/v1"], {"teacher.base_urls": ("http://other/v1",)}),
        (["sampling={max_tokens: 5}"], {"sampling.max_tokens": 5, "sampling.temperature": 0.7}),
        (["sampling.stop=['=']"], {"sampling.stop": ("=",)}),
        (["sampling.seed=1", "sampling.seed=2"], {"sampling.seed": 2}),
        (["teacher.extra_body.a.b=2024-01-01"], {"teacher.extra_body": {"a": {"b": "2024-01-01"}}}),
        (["name=other"], {"name": "other"}),
    ],
)
def test_single_keys_are_changed_from_the_command_line(tmp_path, changes, expected):
    """`--set` reaches nested keys and items of lists, reads YAML values, and the last one wins."""
    config = load(tmp_path, SMALL, *changes).config
    for key, value in expected.items():
        found = config
        for part in key.split("."):
            found = found[int(part)] if part.isdecimal() else getattr(found, part)
        assert found == value


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("sampling.seed", "--set sampling.seed: expected key=value, such as sampling.seed=7"),
        ("=7", "--set : expected key=value, such as sampling.seed=7"),
        ("sampling.seed=[", "--set sampling.seed: the value is not valid YAML"),
        ("sampling.seed={a: 1, a: 2}", "--set sampling.seed: the value is not valid YAML"),
        ("sampling.seed=.inf", "--set sampling.seed: inf is not a finite number"),
        ("problems.1.path=x", "--set problems.1.path: '1' is not one of the items 0 to 0"),
        ("problems.²=x", "--set problems.²: '²' is not one of the items 0 to 0"),
        ("problems.first.path=x", "--set problems.first.path: 'first' is not one of the items 0 to 0"),
        ("name.x=3", "--set name.x: name holds a single value, not keys"),
        ("name.x.y=3", "--set name.x.y: there is nothing below 'x'"),
        ("sampling.sed=3", "build.yaml:8: sampling.sed: unknown key 'sed'; did you mean 'seed'?"),
        ("sampling.seed=-1", "build.yaml:8: sampling.seed: Input should be greater than or equal to 0 (got -1)"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_made_is_named(tmp_path, change, expected):
    """The message names the key of the `--set` that is wrong."""
    assert complaint(tmp_path, SMALL, change) == expected


def test_merge_keys_of_yaml_serve(tmp_path):
    """What two sources share can be written once."""
    text = changed(
        "  - {source: jsonl, path: problems.jsonl}", "  - &a {source: jsonl, path: a, limit: 3}\n  - {<<: *a, path: b}"
    )
    first, second = load(tmp_path, text).config.problems
    assert (first.path, second.path, second.limit) == (("a",), ("b",), 3)


def test_paths_start_at_the_configuration_and_at_home(tmp_path, monkeypatch):
    """It does not matter from where the command is called."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir("/")
    loaded = load(tmp_path / "sub", changed("./warehouse", "../w"))
    assert loaded.warehouse == tmp_path / "w"
    assert loaded.resolve("~/data") == tmp_path / "home" / "data"
    assert loaded.resolve("/abs") == Path("/abs")
    monkeypatch.chdir(tmp_path)
    assert load_build(Path("sub/build.yaml")).warehouse == tmp_path / "w"


@pytest.mark.parametrize("path", ["~no-such-user/x", "a\0b"])
def test_what_can_be_no_path_is_an_error_of_the_configuration(tmp_path, path):
    """An unknown home folder and a NUL character are told, not thrown."""
    loaded = load(tmp_path)
    with pytest.raises(ConfigError, match=r"build\.yaml: .* is no path"):
        loaded.resolve(path)


SECRET = "sk-very-secret"


@pytest.mark.parametrize(
    "text",
    [
        changed("some-model", f"m\n  api_key: {SECRET}"),
        changed("http://127", f"http://user:{SECRET}@127"),
        changed("http://127", f"http://user:a@{SECRET}@127"),
        changed("some-model", f"m\n  extra_body: {{api_key: {SECRET}, headers: {{Authorization: Bearer {SECRET}}}}}"),
        changed("some-model", f"m\n  extra_body: {{token: {{a: [{SECRET}]}}}}"),
        changed("some-model", f"m\n  api_key: '{SECRET}${{HOME}}'"),
    ],
)
def test_secrets_are_not_shown(tmp_path, text):
    """What is stored with runs and versions holds no key and no password; nor does the configuration's text form."""
    loaded = load(tmp_path, text)
    assert SECRET not in json.dumps(loaded.shown)
    assert SECRET not in repr(loaded.config.teacher.model_copy(update={"base_urls": (), "extra_body": {}}))
    assert loaded.shown["name"] == "sums"
    assert loaded.shown["sampling"] == {"samples_per_problem": 4, "temperature": 0.7}


def test_the_name_of_a_variable_is_shown_in_the_place_of_a_secret(tmp_path, monkeypatch):
    """`${KEY}` tells where the secret comes from, and is not read for what is stored."""
    monkeypatch.setenv("KEY", SECRET)
    loaded = load(tmp_path, changed("some-model", "m\n  api_key: ${KEY}"))
    assert loaded.shown["teacher"]["api_key"] == "${KEY}"
    assert loaded.config.teacher.api_key.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (changed("some-model", f"m\n  api_key: [{SECRET}]"), []),
        (changed("some-model", f"m\n  api_key: {{a: {SECRET}}}"), []),
        (changed("some-model", f"m\n  api_key: '{SECRET} and more'"), []),
        (changed("http://127", f"ftp://user:{SECRET}@127"), []),
        (changed('["http://127.0.0.1:9000/v1"]', f"http://user:{SECRET}@127.0.0.1/v1"), []),
        (SMALL, [f"teacher.api_key.x={SECRET}"]),
        (SMALL, [f"teacher.api_key='{SECRET}"]),
        (SMALL, [f"teacher.api_kee={SECRET}"]),
        (SMALL, [f"teacher.api_key=[{SECRET}]"]),
    ],
)
def test_secrets_are_not_in_messages(tmp_path, text, changes):
    """A mistake about a secret is told without it."""
    assert SECRET not in complaint(tmp_path, text, *changes)


def test_a_number_as_a_key_is_not_shown_either(tmp_path):
    """Also a key that looks like a number stays out of the message about its type."""
    assert "271828" not in complaint(tmp_path, changed("some-model", "m\n  api_key: 271828"))


def test_a_key_from_a_file_may_end_in_a_newline(tmp_path, monkeypatch):
    """What a shell reads from a file often does; an empty one is none."""
    monkeypatch.setenv("KEY", f" {SECRET}\n")
    assert (
        load(tmp_path, changed("some-model", "m\n  api_key: ${KEY}")).config.teacher.api_key.get_secret_value()
        == SECRET
    )
    monkeypatch.setenv("KEY", "\n")
    assert load(tmp_path, changed("some-model", "m\n  api_key: ${KEY}")).config.teacher.api_key is None


def test_the_hash_of_a_configuration_follows_its_content(tmp_path):
    """Layout and comments do not change it, values and `--set` do."""
    plain = load(tmp_path).config_hash
    assert (
        load(
            tmp_path,
            "# a comment\n"
            + SMALL.replace(
                "{samples_per_problem: 4, temperature: 0.7}", "\n  temperature: 0.7\n  samples_per_problem: 4"
            ),
        ).config_hash
        == plain
    )
    assert load(tmp_path, SMALL, "sampling.seed=1").config_hash != plain


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_dollar_signs_can_be_written(tmp_path_factory, text):
    """Any text with its dollar signs doubled comes through unchanged."""
    escaped = json.dumps(text.replace("$", "$$"), ensure_ascii=False)
    folder = tmp_path_factory.mktemp("config")
    loaded = load_build(write(folder), [f"teacher.extra_body.text={escaped}"])
    assert loaded.config.teacher.extra_body == {"text": text}
