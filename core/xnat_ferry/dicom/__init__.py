"""What is read of a DICOM file on its way: who it is, and a digest of its pixels alone."""
