"""`python -m registry` and the command `beffroi`."""

from registry.cli.entry import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
