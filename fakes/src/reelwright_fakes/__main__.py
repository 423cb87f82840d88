"""Lets `python -m reelwright_fakes` do what the command does."""

from reelwright_fakes.main import main

if __name__ == "__main__":
    main()
