"""pynetdicom, loaded by one thread, and after pydicom: see ``loaded``."""

from xnat_ferry.dicom import loaded as loaded

from pynetdicom import AE as AE  # isort: skip
