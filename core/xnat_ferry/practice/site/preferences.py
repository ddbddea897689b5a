"""The site's preferences with the defaults of a fresh installation (wire-read 1.1, 1.9)."""

import re

from xnat_ferry.practice.world.description import Server

STOCK_SCRIPT = """\
version "6.1"
(0008,1030) := project
(0010,0010) := subject
(0010,0020) := session
"""
"""What the stock script of a fresh site does: headers carry XNAT's labels from receipt on."""


def fresh_preferences(server: Server) -> dict[str, object]:
    """By their names in ``/xapi/siteConfig``; what the world says goes in."""
    return {
        "checksums": server.checksums,
        "enableSitewideAnonymizationScript": server.site_anonymization,
        "sitewideAnonymizationScript": STOCK_SCRIPT,
        "enableSitewideSeriesImportFilter": False,
        "sitewideSeriesImportFilterMode": "blacklist",
        "sitewideSeriesImportFilter": "",
        "uiDefaultCompressedUploaderImporter": "DICOM-zip",
        "dicomFileNameTemplate": "${StudyInstanceUID}-${SeriesNumber}-${InstanceNumber}-"
        "${HashSOPClassUIDWithSOPInstanceUID}",
        "enableDicomReceiver": True,
        "failMergeOn": False,
        "sitewidePetMr": "",
        "sitewidePetTracers": "",
        "uiAllowProjectDelete": True,
        "uiAllowScanAddition": True,
        "uiExptAllowLabelChange": True,
        "uiExptAllowProjectChange": True,
        "uiExptAllowSubjectChange": True,
        "zipExtensions": ["zip", "jar", "rar", "ear", "gar", "mrb"],
        "siteId": "XNAT",
        "siteUrl": "",
        "siteHome": "/screen/QuickSearch.vm",
        "siteLogoPath": "/images/logo.png",
        "uiAllowNonAdminProjectCreation": True,
        "restrictUserListAccessToAdmins": False,
        "securityAllowNonPrivateProjects": True,
        "sessionXmlRebuilderInterval": 5,
        "sessionXmlRebuilderRepeat": 60000,
        "requireLogin": True,
        "enableCsrfToken": True,
        "sessionTimeout": f"{server.session_timeout_minutes:g} minutes",
        "aliasTokenTimeout": "2 days",
        "maxFailedLogins": 20,
        "maxFailedLoginsLockoutDuration": "1 hour",
        "concurrentMaxSessions": 1000,
        "passwordExpirationInterval": "1 year",
        "dataPaths": ["/xapi/**", "/data/**", "/REST/**", "/fs/**"],
        "interactiveAgentIds": [".*MSIE.*", ".*Mozilla.*", ".*AppleWebKit.*", ".*Opera.*"],
        "uiLoginFailureMessage": "Your login attempt failed. After %d failed tries the account is locked.",
        "zipCompressionMethod": 0,
        "rerunProjectAnonOnRename": False,
        "preventCrossModalityMerge": True,
        "sessionArchiveTimeoutInterval": 600,
        "useSopInstanceUidToUniquelyIdentifyDicom": True,
        "verifyComplianceInPrearcSessionReview": False,
        "backupDeletedToCache": False,
        "requireChangeJustification": False,
        "showChangeJustification": False,
        "requireEventName": False,
        "defaultProjectAutoArchiveSetting": 4,
        "projectAllowAutoArchive": True,
        "scanTypeMapping": True,
        "security.prevent-data-deletion": False,
        "maintainFileHistory": False,
    }


OF_EVERYBODY = frozenset({"buildInfo", "siteHome", "siteId", "siteLogoPath", "siteUrl"})
"""Readable without a login."""
OF_ANY_LOGIN = frozenset(
    {
        "checksums",
        "defaultProjectAutoArchiveSetting",
        "dicomFileNameTemplate",
        "enableDicomReceiver",
        "enableSitewideAnonymizationScript",
        "enableSitewideSeriesImportFilter",
        "failMergeOn",
        "projectAllowAutoArchive",
        "scanTypeMapping",
        "sessionXmlRebuilderInterval",
        "sessionXmlRebuilderRepeat",
        "sitewideAnonymizationScript",
        "sitewidePetMr",
        "sitewidePetTracers",
        "sitewideSeriesImportFilter",
        "sitewideSeriesImportFilterMode",
        "uiAllowNonAdminProjectCreation",
        "uiAllowProjectDelete",
        "uiAllowScanAddition",
        "uiExptAllowLabelChange",
        "uiExptAllowProjectChange",
        "uiExptAllowSubjectChange",
        "uiLoginFailureMessage",
        "zipExtensions",
    }
)
"""Readable by everybody who is logged in; all the others are an administrator's."""
_UNITS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "week": 7 * 86400.0,
    "month": 30 * 86400.0,
    "year": 365 * 86400.0,
}


def seconds_of(written: object) -> float:
    """A preference such as ``15 minutes`` or ``1 hour 30 minutes``."""
    parts = re.findall(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-z]+?)s?\b", str(written).lower())
    return sum(float(number) * _UNITS.get(unit, 0.0) for number, unit in parts)
