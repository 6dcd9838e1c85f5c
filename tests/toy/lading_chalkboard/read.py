"""A line on the board, read back."""

from lading.compiler.importing.reading import Reading


def read(reading: Reading) -> None:
    """What the table can not say by itself: the words, and what only chalk has."""
    reading.rows()
    reading.say("command", reading.take("/words"))
    reading.say_native("colour", reading.take("/colour"))
    if reading.peek("/writer"):
        reading.leave_out("/writer", "the board notes by itself who wrote on it")
