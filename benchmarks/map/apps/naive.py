"""A map as most people write it with streamlit-folium: the borders as sent, a new map on every run, all defaults."""

import branca.colormap
import folium
import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from benchmarks.map.apps import tables
from benchmarks.map.county import INDICATORS


@st.cache_data
def villages() -> gpd.GeoDataFrame:
    """The table, read once."""
    return tables.villages()


data = villages()
chosen = st.selectbox("指标", [name for name, _, _ in INDICATORS.values()], key="choose_indicator")
west, south, east, north = data.total_bounds
colours = branca.colormap.LinearColormap(["#ffffe5", "#004529"], vmax=float(data[chosen].quantile(0.95)))
made = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=9)
folium.GeoJson(
    data[["code", "name", chosen, "geometry"]],
    style_function=lambda feature: {
        "fillColor": colours(feature["properties"][chosen]),
        "color": "grey",
        "weight": 0.7,
        "fillOpacity": 0.8,
    },
    tooltip=folium.GeoJsonTooltip(fields=["name", chosen]),
).add_to(made)
made.fit_bounds([[south, west], [north, east]])
answer = st_folium(made, width=1200, height=700)
picked = (answer or {}).get("last_active_drawing")
with st.container(key="card"):
    st.write(picked["properties"]["name"] if picked else "全县")
