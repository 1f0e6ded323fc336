"""The least that a Streamlit page can be."""

import streamlit as st

st.write("空白页")
