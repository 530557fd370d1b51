"""Cards: the design and one holder's facts, drawn as two pages."""
