"""What the server does with DICOM objects: read, sort, filter and rewrite them (wire-write 1.7, 1.12)."""
