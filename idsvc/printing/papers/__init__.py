"""The papers beside the card: slip, label, carrier and the printed guide."""
