"""What the researcher's desk shows: counts, warnings, links, pictures and results of one study."""
