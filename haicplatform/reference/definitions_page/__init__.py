"""Every clinical definition on one page."""

from haicplatform.reference.definitions_page.build import NAME, page, write_page

__all__ = ["NAME", "page", "write_page"]
