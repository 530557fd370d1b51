"""What is printed: the card, the slip with the renewal code, and their QR codes, as PDF."""
