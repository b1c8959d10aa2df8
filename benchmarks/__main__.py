"""`make bench`: every benchmark, one after the other."""

from benchmarks import definitions, lab_file

if __name__ == "__main__":
    lab_file.main()
    definitions.main()
