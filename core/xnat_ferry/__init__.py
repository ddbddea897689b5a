"""xnat-ferry carries DICOM sessions between XNAT projects. This package is its headless core."""

__version__ = "0.1.0"
