"""Text of every script, set to fit: fonts, glyphs, directions, lines."""
