"""`make bench`: every benchmark, one after the other."""

from benchmarks import lab_file

if __name__ == "__main__":
    lab_file.main()
