"""The egg that ``scrapyd-deploy`` builds; all else is said in ``pyproject.toml``."""

from setuptools import find_packages, setup
from setuptools.command.bdist_egg import bdist_egg


class Egg(bdist_egg):
    """What a node runs: also the spiders and pipelines, which an installed package does not hold."""

    def finalize_options(self) -> None:
        """Add them, and build apart: `pip install .` would take along what it finds in `build`."""
        self.distribution.packages += find_packages(include=["pipelines*", "spiders*"])
        self.distribution.get_command_obj("build").build_base = "build/egg"
        super().finalize_options()


setup(cmdclass={"bdist_egg": Egg})
