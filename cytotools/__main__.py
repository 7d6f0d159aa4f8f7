"""`python -m cytotools` is the command line."""

from cytotools.cli import main

if __name__ == "__main__":
    main()
