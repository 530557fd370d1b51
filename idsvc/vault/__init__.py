"""The only place that seals and opens: items that die on a day, residents' records, their slots, blobs."""
