"""Distances between sites: great circles on a sphere."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088   # mean radius, IUGG


def unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point in degrees on the unit sphere."""
    phi, lam = radians(latitude), radians(longitude)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def chord_limit(distance_km: float) -> float:
    """Two points are nearer than this when their dot product is at least what this returns."""
    return cos(min(distance_km / EARTH_KM, 3.14159))


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (latitude, longitude) points in degrees (haversine)."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, point)) for point in (a, b))
    h = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, h)))
