"""What can be wrong with a frame that somebody wants to measure."""


class CRSError(ValueError):
    """The coordinate reference system does not allow what was asked."""


class MissingCRSError(CRSError):
    """The frame does not say what its coordinates mean."""


class GeographicCRSError(CRSError):
    """The coordinates are degrees, so they hold no lengths or areas."""


class OtherCRSError(CRSError):
    """The coordinates are projected, but not in the system that lengths and areas are measured in."""


class ControlPointError(CRSError):
    """The control points do not fix a grid."""
