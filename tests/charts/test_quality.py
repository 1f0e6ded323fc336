"""What a click on a cell of the reports chooses."""

from charts.quality import reporting_heatmap_chart
from metrics.quality import reporting_matrix
from tests.metrics.county import E1, EAST, W1, WEST, places, reports


def test_every_cell_of_a_row_stands_for_its_township():
    rows = reports("area", {(E1, "2026-09"): 1.0, (E1, "2026-10"): 1.0, (W1, "2026-09"): 1.0})
    cells = reporting_heatmap_chart(reporting_matrix(rows, places(), ["monthly"])).data[0].customdata
    assert [[cell[-1] for cell in row] for row in cells] == [[WEST, WEST], [EAST, EAST]]
    assert [cell[1] for cell in cells[0]] == ["2026年9月 1/1个村已报", "2026年10月 0/1个村已报"]
