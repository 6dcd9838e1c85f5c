"""What a site and a spec can say about a chalkboard."""

from lading.schema.models.common import AbsolutePath, Model, Name, optional, required


class Options(Model):
    """``targets.<target>.options``."""

    board: AbsolutePath = required("/srv/board.txt")
    """The file that is the board."""


class Catalog(Model):
    """``targets.<target>.catalog``: there is nothing to look up."""


class Native(Model):
    """``native.chalkboard``."""

    colour: Name | None = optional("yellow")
    """The colour of the chalk."""
