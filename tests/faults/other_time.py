"""Run the chassis' command line under a wrong clock: ``python -m tests.faults.other_time <seconds> worker …``."""

import runpy
import sys
import time

import time_machine

if __name__ == "__main__":
    wrong_by = float(sys.argv.pop(1))
    time_machine.travel(time.time() + wrong_by, tick=True).start()
    runpy.run_module("chassis", run_name="__main__", alter_sys=True)
