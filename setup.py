"""What pyproject.toml cannot say: packages are found, in folders whose names lack "sideman."."""

from setuptools import find_packages, setup

PARTS = ("engine", "runtime", "export", "calibration")

setup(
    packages=[
        f"sideman.{package}"
        for package in find_packages(include=[p for part in PARTS for p in (part, f"{part}.*")])
    ],
    package_dir={f"sideman.{part}": part for part in PARTS},
)
