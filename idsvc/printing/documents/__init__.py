"""Documents that reportlab draws, and how pages are looked at as pixels."""
