"""Commands of the command line that are more than a line, one module a subject."""
