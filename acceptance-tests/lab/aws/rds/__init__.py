# SPDX-License-Identifier: MPL-2.0
"""RDS for PostgreSQL, over time. Wholly the lab's own: what it does not perform is refused, never passed to moto.

Rules come from botocore's rds model (2014-10-31, botocore 1.44.5): "model" in a comment means the documentation
string of the member named there. What is not in it is marked "assumed" and stands in ../../../ASSUMPTIONS.md.
"""

from .. import REGISTRY
from . import (  # noqa: F401  importing registers the operations
    account,
    catalogue,
    create,
    delete,
    describe,
    events,
    happenings,
    listing,
    modify,
    parameter_groups,
    reboot,
    snapshots,
    stopping,
    subnet_groups,
    tags,
)

REGISTRY.complete.add("rds")
