"""`python -m haicplatform` is `haic`."""

from haicplatform.cli.main import main

if __name__ == "__main__":
    main()
