"""`make bench`: every benchmark, one after the other."""

from benchmarks import cox, definitions, demo_layers, lab_file, review

if __name__ == "__main__":
    for benchmark in (lab_file, demo_layers, definitions, cox, review):
        benchmark.main()
