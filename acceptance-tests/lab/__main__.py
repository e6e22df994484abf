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
from .cloudflare.account import TOKEN  # noqa: E402
from .cloudflare.routes import PREFIX  # noqa: E402
from .stop import Stop  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m lab", description="AWS and Cloudflare on loopback, for tests and the demo."
    )
    free = "0 takes any free port"
    parser.add_argument("--port", type=int, default=5100, help=f"for AWS; {free} (default 5100)")
    parser.add_argument("--cloudflare-port", type=int, help=f"{free} (default 5101, or 0 if --port is 0)")
    parser.add_argument("--until-eof", action="store_true", help="ends with its standard input, too")
    arguments = parser.parse_args()
    ports = arguments.port, arguments.cloudflare_port
    if ports[1] is None:
        ports = ports[0], 5101 if ports[0] else 0
    stop = Stop()
    if arguments.until_eof:
        threading.Thread(target=_end_with_input, name="input", daemon=True).start()
    try:
        lab = start(*ports)
    except OSError as error:
        where = " and ".join(f"127.0.0.1:{port}" for port in ports)
        print(f"lab: cannot listen on {where}: {error.strerror}; try --port 0", file=sys.stderr)
        return 1
    print(f"export AWS_ENDPOINT_URL={lab.aws.url}")
    print("export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing")
    print("export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true")
    print(f"export CLOUDFLARE_BASE_URL={lab.cloudflare.url}{PREFIX} CLOUDFLARE_API_TOKEN={TOKEN}", flush=True)
    stop.wait()
    lab.shutdown()
    stop.ignore()
    return 0


def _end_with_input() -> None:
    """Whoever started the lab may have been killed: nothing is left of it then but the closed pipe."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
