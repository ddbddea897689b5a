"""Where a server's data come from: a world's description, phantoms, folders of real DICOM."""
