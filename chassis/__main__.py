"""``python -m chassis``."""

from chassis.run import main

main()
