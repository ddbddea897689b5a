"""Text for XML documents, without the characters that no XML 1.0 document may hold.

XNAT's beans, which write session documents and catalogs, make NUL a space and drop every other one
(``BaseElement.ValueParser`` with commons-text ``escapeXml10``); headers do hold them: ESC switches a DICOM
character set (PS3.5 6.1.2.5.3). What its other writer makes of them is not known; it drops them here, too.
"""

import re
from xml.sax import saxutils

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Whatever is no ``Char`` (XML 1.0, 2.2)."""


def escape(text: str) -> str:
    """For the content of an element."""
    return saxutils.escape(_fit(text))


def quoteattr(text: str) -> str:
    """For the value of an attribute, with its quotes."""
    return saxutils.quoteattr(_fit(text))


def _fit(text: str) -> str:
    return _UNFIT.sub("", text.replace("\0", " "))
