"""A page as a document to hand round: one HTML file that needs nothing else, or a PDF.

Both show the same pictures, drawn without a browser, and run no script: a report opens in any mail program, prints,
and says what it covers and how old its data are. `html` and `pdf` are modules of their own: the libraries they draw
with are loaded when somebody asks for a report.
"""

from __future__ import annotations

from analytics.report.pieces import Number, Picture, Piece, Report, Rows

__all__ = ["Number", "Picture", "Piece", "Report", "Rows"]
