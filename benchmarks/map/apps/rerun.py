"""The least that a choice can cause: a select box, and a line of text that follows it."""

import streamlit as st

from benchmarks.map.county import INDICATORS

chosen = st.selectbox("指标", [name for name, _, _ in INDICATORS.values()], key="choose_indicator")
with st.container(key="shown"):
    st.write(f"现在显示:{chosen}")
