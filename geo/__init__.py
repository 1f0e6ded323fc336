"""Geometry: boundaries and datums on the prepare side, classes and the village map on the app side."""
