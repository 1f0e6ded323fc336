"""The benchmark county as one plain table, for the pages that are compared with ours."""

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from benchmarks.map.county import BORDERS, INDICATORS


def villages() -> gpd.GeoDataFrame:
    """code, name, geometry as sent, and a column per indicator with its latest figures."""
    folder = Path(os.environ["GUANMO_CONFIG"]).parent
    frame = gpd.read_file(folder / "raw" / BORDERS)
    version = (folder / "out" / "CURRENT").read_text(encoding="utf-8").strip()
    figures = pd.read_parquet(folder / "out" / "versions" / version / "observations.parquet")
    latest = figures[figures["period"] == figures["period"].max()]
    wide = latest.set_index(["place_code", "indicator_id"])["value"].unstack()  # noqa: PD010
    named = wide.rename(columns={key: name for key, (name, _, _) in INDICATORS.items()})
    return frame.merge(named.astype("float64").fillna(0.0), left_on="code", right_index=True)
