"""Trial table in, fool rates with intervals and a report out."""
