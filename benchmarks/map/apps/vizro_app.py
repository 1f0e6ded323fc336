"""The same polygons in Vizro: a plotly choropleth by GeoJSON and a parameter that changes its indicator.

Run with vizro's own Python, which is no dependency of the project: vizro_app.py PORT.
"""

import json
import sys

import plotly.express as px
import vizro.models as vm  # type: ignore[import-not-found]
from vizro import Vizro
from vizro.models.types import capture  # type: ignore[import-not-found]

from benchmarks.map.apps import tables
from benchmarks.map.county import INDICATORS

data = tables.villages()
borders = json.loads(data[["code", "geometry"]].to_json())
figures = data.drop(columns="geometry")
names = [name for name, _, _ in INDICATORS.values()]


@capture("graph")
def village_map(data_frame, indicator):  # type: ignore[no-untyped-def]
    """A choropleth of one indicator."""
    drawn = px.choropleth(
        data_frame, geojson=borders, featureidkey="properties.code", locations="code", color=indicator
    )
    return drawn.update_geos(fitbounds="locations", visible=False)


page = vm.Page(
    title="村级地图",
    components=[vm.Graph(id="village_map", figure=village_map(figures, indicator=names[0]))],
    controls=[
        vm.Parameter(
            targets=["village_map.indicator"],
            selector=vm.RadioItems(options=names, value=names[0], title="指标"),
        )
    ],
)
Vizro().build(vm.Dashboard(pages=[page])).run(port=int(sys.argv[1]), debug=False)
