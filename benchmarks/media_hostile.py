"""``python -m benchmarks.media_hostile [COUNT] [SEED]``: hostile datagrams into a media engine, in memory; nothing is sent anywhere."""

from __future__ import annotations

import resource
import sys
import time

from plugins.webinar.tests.media.hostile import Hostility

STEP = 50_000


def main() -> int:
    """Strike, tell how it goes; exit code 1 if an honest picture was lost or memory grows without end."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    hostility, begun = Hostility(seed), time.monotonic()
    hostility.strike(STEP)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for done in range(STEP, count, STEP):
        hostility.strike(STEP)
        rate = done / (time.monotonic() - begun)
        print(
            f"{done + STEP:,} datagrams, {rate:,.0f} a second, {hostility.seen:,} of {hostility.pictures:,} pictures seen"
        )
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"memory grew by {grown:.1f} MB")
    return int(hostility.seen < hostility.pictures - 1 or grown > 30)


if __name__ == "__main__":
    sys.exit(main())
