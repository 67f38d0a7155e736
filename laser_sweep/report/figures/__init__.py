"""The report's figures, as PNG, SVG and PDF."""
