"""The site's preferences with the defaults of a fresh installation (wire-read 1.1, 1.9)."""

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
        "siteId": "XNAT",
        "uiAllowNonAdminProjectCreation": True,
        "sessionXmlRebuilderInterval": 5,
        "sessionXmlRebuilderRepeat": 60000,
        "requireLogin": True,
        "enableCsrfToken": True,
        "zipCompressionMethod": 0,
        "rerunProjectAnonOnRename": False,
        "preventCrossModalityMerge": True,
        "requireChangeJustification": False,
    }
