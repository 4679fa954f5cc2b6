"""Run the benchmarks: those that take minutes, or those that are named."""

import sys
from importlib import import_module
from pathlib import Path

OTHERS = ("__init__", "__main__", "bare", "flow", "ground")
LASTING = ("recovery",)  # twenty hangs of a minute
ALL = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in OTHERS)


def main(names: list[str]) -> None:
    """Run each and print its lines."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(ALL)}")
    for name in names or [each for each in ALL if each not in LASTING]:
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
