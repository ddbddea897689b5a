"""Generated images that any viewer opens: an ellipsoid head, sliced, as MR, CT or PET.

Attributes follow the modules that PS3.3 makes mandatory for the MR, CT and PET image IODs (A.4, A.3, A.21).
Where no patient is named they say so, in the way of well de-identified data (PS3.15 E.2). Everything is
derived from names, so the same world gives the same bytes.
"""

import hashlib
from io import BytesIO

import numpy as np
from msgspec import Struct
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
    SecondaryCaptureImageStorage,
)

_CLASSES = {
    "MR": MRImageStorage,
    "CT": CTImageStorage,
    "PT": PositronEmissionTomographyImageStorage,
}
_IMPLEMENTATION = "2.25.302117208513947246108473620187734112845"
_SPACING, _THICKNESS = 240.0, 4.0


class Slice(Struct, frozen=True, kw_only=True):
    """Which image to make."""

    modality: str
    project: str
    subject: str
    session: str
    date: str
    patient_name: str
    study_description: str
    study_uid: str
    series_uid: str
    series_number: int
    description: str
    number: int
    of: int
    rows: int
    columns: int
    patient_id: str = ""
    """"" for the session's label, as the stock script leaves it."""
    deidentified: bool = False
    """Whether it says of itself that it is."""
    burned_in: bool = False
    """Whether it says that its pixels show text; they do not."""


def uid_of(*parts: str) -> str:
    """A UID that follows from names, in the 2.25 form (PS3.5 B.2)."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big') >> 6}"


def make_slice(one: Slice) -> bytes:
    """The DICOM file of one slice."""
    sop_class = _CLASSES.get(one.modality, SecondaryCaptureImageStorage)
    sop_uid = uid_of(one.series_uid, str(one.number))
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = sop_class, sop_uid
    _describe_patient_and_study(image, one)
    _describe_series(image, one)
    _describe_deidentification(image, one)
    _place(image, one)
    _describe_modality(image, one)
    _draw(image, one)
    content = BytesIO()
    image.save_as(content, enforce_file_format=True)
    return content.getvalue()


def _describe_patient_and_study(image: FileDataset, one: Slice) -> None:
    image.PatientName = one.patient_name
    image.PatientID = one.patient_id or one.session
    image.PatientBirthDate = ""
    image.PatientSex = "O"
    image.StudyInstanceUID = one.study_uid
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = one.date.replace("-", "")
    image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = "101500"
    image.StudyID = "1"
    image.AccessionNumber = ""
    image.ReferringPhysicianName = ""
    image.StudyDescription = one.study_description


def _describe_series(image: FileDataset, one: Slice) -> None:
    image.Modality = one.modality
    image.SeriesInstanceUID = one.series_uid
    image.SeriesNumber = one.series_number
    image.SeriesDescription = one.description[:64]
    image.InstanceNumber = one.number
    image.Manufacturer = "xnat-ferry"
    image.ManufacturerModelName = "Practice phantom"
    image.PatientPosition = "HFS"
    image.FrameOfReferenceUID = uid_of(one.study_uid, "frame")
    image.PositionReferenceIndicator = ""


_METHOD = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
    ("113109", "Retain Device Identity Option"),
)
"""What was done, of PS3.16 CID 7050."""


def _describe_deidentification(image: FileDataset, one: Slice) -> None:
    if one.deidentified or one.burned_in:
        image.BurnedInAnnotation = "YES" if one.burned_in else "NO"
    if not one.deidentified:
        return
    image.PatientIdentityRemoved = "YES"
    image.DeidentificationMethod = "nobody was scanned"
    image.DeidentificationMethodCodeSequence = [_code(*method) for method in _METHOD]
    image.LongitudinalTemporalInformationModified = "UNMODIFIED"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _place(image: FileDataset, one: Slice) -> None:
    spacing = [round(_SPACING / one.rows, 6), round(_SPACING / one.columns, 6)]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.ImagePositionPatient = [-_SPACING / 2, -_SPACING / 2, (one.number - one.of / 2) * _THICKNESS]
    image.PixelSpacing = spacing
    image.SliceThickness = _THICKNESS
    image.SliceLocation = (one.number - one.of / 2) * _THICKNESS


def _describe_modality(image: FileDataset, one: Slice) -> None:
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if one.modality != "MR" else "OTHER"]
    image.WindowCenter, image.WindowWidth = 600, 1200
    if one.modality == "MR":
        image.ScanningSequence, image.SequenceVariant, image.ScanOptions = "GR", "SP", ""
        image.MRAcquisitionType, image.EchoTime, image.RepetitionTime = "3D", 2.9, 2300
        image.EchoTrainLength, image.MagneticFieldStrength, image.FlipAngle = 1, 3, 9
    elif one.modality == "CT":
        image.RescaleIntercept, image.RescaleSlope, image.RescaleType = -1024, 1, "HU"
        image.KVP, image.AcquisitionNumber = 120, 1
        image.WindowCenter, image.WindowWidth = 40, 400
    elif one.modality == "PT":
        _describe_pet(image, one)
    else:
        image.ConversionType = "WSD"


def _describe_pet(image: FileDataset, one: Slice) -> None:
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.RescaleIntercept, image.RescaleSlope = 0, 1
    image.Units, image.CountsSource, image.SeriesType = "BQML", "EMISSION", ["WHOLE BODY", "IMAGE"]
    image.NumberOfSlices, image.ImageIndex = one.of, one.number
    image.CorrectedImage, image.DecayCorrection, image.CollimatorType = ["DECY"], "START", "NONE"
    image.FrameReferenceTime, image.ActualFrameDuration = 0, 60000
    image.RadiopharmaceuticalInformationSequence = []
    image.PatientOrientationCodeSequence = []
    image.PatientGantryRelationshipCodeSequence = []


def _draw(image: FileDataset, one: Slice) -> None:
    """A skull, a brain, two ventricles, and noise that follows from the series."""
    seed = int.from_bytes(hashlib.sha256(f"{one.series_uid}{one.number}".encode()).digest()[:8], "big")
    rows = np.linspace(-1, 1, one.rows)[:, None]
    columns = np.linspace(-1, 1, one.columns)[None, :]
    height = (one.number - (one.of + 1) / 2) / max(one.of, 2) * 1.6
    radius = rows**2 / 0.75 + columns**2 / 0.55 + height**2
    pixels = np.random.default_rng(seed).normal(40, 12, (one.rows, one.columns))
    pixels += np.where(radius < 1, 900, 0) - np.where(radius < 0.85, 450, 0)
    for side in (-0.18, 0.18):
        inside = rows**2 / 0.09 + (columns - side) ** 2 / 0.012 + height**2 / 0.3 < 1
        pixels -= np.where(inside, 350, 0)
    stored = np.clip(pixels, 0, 4095).astype("<u2")
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows, image.Columns = one.rows, one.columns
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
    image.PixelData = stored.tobytes()
