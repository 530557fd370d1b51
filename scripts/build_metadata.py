"""Give the wheel the dependencies that requirements/product.in names, so that they are listed once."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProductDependencies(MetadataHookInterface):
    """Read the dependencies of the product."""

    def update(self, metadata: dict[str, object]) -> None:
        """Set `dependencies` to the lines of requirements/product.in, without the build tools."""
        lines = (Path(self.root) / "requirements" / "product.in").read_text(encoding="utf-8").split()
        metadata["dependencies"] = [line for line in lines if not line.startswith(("hatchling", "editables"))]
