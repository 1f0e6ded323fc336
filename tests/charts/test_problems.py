"""What a click on a bar of problems chooses."""

from charts.problems import problem_status_chart
from metrics.rectification import counts_by_township, ladder, problem_counts
from settings import Problems
from tests.metrics.county import AS_OF, E1, EAST, places, problem, problems

LEDGER = problems(
    problem("1", place_code=E1, source="<b>审计</b>"), problem("2", place_code=None, source=None)
)
FOUND = ladder(LEDGER, AS_OF, Problems())


def chosen(figure):
    return [row[-1] for row in figure.data[0].customdata]


def test_a_townships_bar_stands_for_it_and_that_of_the_county_for_nothing():
    figure = problem_status_chart(counts_by_township(FOUND, places()), picks="place_code")
    assert chosen(figure) == [EAST, ""]


def test_a_sources_bar_stands_for_its_name_as_it_was_written():
    figure = problem_status_chart(problem_counts(FOUND, ["source"]), "source", picks="source")
    assert sorted(chosen(figure)) == ["", "<b>审计</b>"]
    assert sorted(row[0] for row in figure.data[0].customdata) == ["&lt;b&gt;审计&lt;/b&gt;", "未注明"]


def test_without_picks_nothing_is_chosen():
    assert chosen(problem_status_chart(counts_by_township(FOUND, places()))) == ["", ""]
