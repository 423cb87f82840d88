"""Starts a part so that it ends when the supervisor does. A script on the standard library only: it must be quick."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:
            sys.exit("The supervisor is gone.")
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
