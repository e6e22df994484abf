# SPDX-License-Identifier: MPL-2.0
"""`python -m lab`: runs in the foreground until SIGINT or SIGTERM."""

import argparse
import os
import signal
import sys
import threading

# botocore, which moto and the lab use, would read the user's profile: nothing real may leak in, or fail, here.
for name in [n for n in os.environ if n.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_CONFIG_FILE": os.devnull}

from .app import start  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab", description="AWS on loopback, for tests and the demo.")
    parser.add_argument("--port", type=int, default=5100, help="0 takes any free port (default 5100)")
    arguments = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        server = start(arguments.port)
    except OSError as error:
        print(f"lab: cannot listen on 127.0.0.1:{arguments.port}: {error.strerror}; try --port 0", file=sys.stderr)
        return 1
    print(f"export AWS_ENDPOINT_URL={server.url}")
    print("export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing")
    print("export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true", flush=True)
    done.wait()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
