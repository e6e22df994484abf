# SPDX-License-Identifier: MPL-2.0
"""The gRPC client of the plugin crate's tests, which shares no code with any provider. Their folder is no package."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "plugin"))

from toy import packed  # noqa: E402
from toy_wire import Certificate, Client, Plugin, identity, said, unpacked  # noqa: E402

__all__ = ["Certificate", "Client", "Plugin", "identity", "packed", "said", "unpacked"]
