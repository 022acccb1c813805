"""Which problems belong to a run."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.members import Member, Members


def one(prompt, reference="1"):
    """Return a member whose prompt and reference are short names."""
    return Member(record_id=f"r {prompt} {reference}", problem_id=f"p {prompt} {reference}", prompt_id=prompt)


def test_chunks_come_back_as_they_were_added(tmp_path):
    """Order is kept within and across chunks, whatever the ids sort like."""
    members = Members(tmp_path)
    chunks = [[one("z"), one("a")], [one("m")], [one("b"), one("y"), one("c")]]
    for chunk in chunks:
        assert members.add_chunk(chunk) == [True] * len(chunk)
    assert list(members.read_chunks()) == chunks
    assert list(members.read_chunks()) == chunks
    assert (members.problems, members.chunks, members.duplicates, members.contradictions) == (6, 3, 0, 0)
    members.close()


def test_a_repeated_question_is_left_out(tmp_path):
    """The same question twice, in one chunk or in two, is asked once."""
    members = Members(tmp_path)
    assert members.add_chunk([one("a"), one("b"), one("a")]) == [True, True, False]
    assert members.add_chunk([one("c"), one("b")]) == [True, False]
    assert list(members.read_chunks()) == [[one("a"), one("b")], [one("c")]]
    assert (members.duplicates, members.contradictions) == (2, 0)
    members.close()


def test_two_references_for_one_question_are_a_contradiction(tmp_path):
    """The first reference stays; every further one is counted, also when it comes again."""
    members = Members(tmp_path)
    assert members.add_chunk([one("a", "1"), one("a", "2")]) == [True, False]
    assert members.add_chunk([one("a", "2"), one("a", "1")]) == [False, False]
    assert (members.duplicates, members.contradictions) == (3, 2)
    assert list(members.read_chunks()) == [[one("a", "1")]]
    members.close()


def test_a_chunk_of_duplicates_is_empty(tmp_path):
    """Nothing new in a chunk leaves no chunk to read."""
    members = Members(tmp_path)
    members.add_chunk([one("a")])
    members.add_chunk([one("a")])
    assert list(members.read_chunks()) == [[one("a")]]
    members.close()


def test_many_chunks(tmp_path):
    """Thousands of members in hundreds of chunks are kept in order and told apart."""
    members = Members(tmp_path)
    for number in range(200):
        fresh = members.add_chunk([one(f"{number % 150}-{n}") for n in range(10)])
        assert fresh == [number < 150] * 10
    assert members.problems == 1500
    read = [member.prompt_id for chunk in members.read_chunks() for member in chunk]
    assert read == [f"{number}-{n}" for number in range(150) for n in range(10)]
    members.close()


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.lists(st.builds(one, names, st.sampled_from("12")), max_size=5), max_size=5))
def test_the_first_of_each_question_stays(tmp_path_factory, chunks):
    """However the problems are cut into chunks, the run has each question once, its first occurrence."""
    members = Members(tmp_path_factory.mktemp("members"))
    fresh = [members.add_chunk(chunk) for chunk in chunks]
    everything = [member for chunk in chunks for member in chunk]
    first = {}
    for member in everything:
        first.setdefault(member.prompt_id, member)
    assert [member for chunk in members.read_chunks() for member in chunk] == list(first.values())
    assert sum(map(sum, fresh)) == len(first) == members.problems
    assert members.duplicates == len(everything) - len(first)
    assert members.contradictions == sum(first[m.prompt_id].problem_id != m.problem_id for m in everything)
    members.close()
