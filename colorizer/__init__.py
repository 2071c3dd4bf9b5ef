"""Photographs in, a stimulus set out: trains and runs the colouring network, builds the fakes."""
