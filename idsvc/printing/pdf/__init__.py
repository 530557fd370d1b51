"""What a PDF file is made of: its objects, its pictures, and the printer that it is for."""
